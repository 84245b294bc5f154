"""The configuration of the private Dovecot, as `str.format` fills it in."""

from __future__ import annotations

# `active` is asked for again with each token: an expired one must not open anything from a cache.
TOKENS_PASSDB = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {place}/tokens
}}
"""
TOKENS = """\
introspection_mode = post
introspection_url = {introspection}
force_introspection = yes
username_attribute = mailbox
username_format = %Lu
active_attribute = active
active_value = true
timeout_msecs = 5000
"""

# Dovecot 2.3. Client certificates are optional: a password may read a mailbox back over IMAPS, and an access
# token comes without one; EXTERNAL alone needs it.
# No penalty: it would slow down whoever comes from 127.0.0.1 after a refused card.
CONFIGURATION = """\
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
ssl = required
ssl_min_protocol = TLSv1.2
ssl_cert = <{place}/server.pem
ssl_key = <{place}/server.key
ssl_ca = <{place}/people.pem
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_username_from_cert = yes
ssl_cert_username_field = commonName
auth_mechanisms = plain external {xoauth2}
auth_failure_delay = 0
disable_plaintext_auth = yes
passdb {{
  driver = passwd-file
  mechanisms = plain
  args = scheme=PLAIN username_format=%u {place}/passwords
}}
passdb {{
  driver = passwd-file
  mechanisms = external
  args = username_format=%u {place}/cards
}}
{tokens}
userdb {{
  driver = static
  args = uid={user} gid={group} home={mail}/%Lu allow_all_users=yes
}}
mail_location = maildir:~/Maildir:LAYOUT=fs
mail_max_userip_connections = 50
{capability}
namespace inbox {{
  inbox = yes
  separator = /
  {sent}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  user = {user}
  unix_listener {place}/lmtp {{
    mode = 0600
    user = {user}
  }}
}}
protocol lmtp {{
  ssl = no
  postmaster_address = postmaster@mss.demo.test
}}
"""
