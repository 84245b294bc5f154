/* A PKCS#11 module around SoftHSM2 that does what SoftHSM2 cannot: count codes and block, be pulled out of
 * its reader at a given call, be held by another program, be one of several, know only the mechanisms of a
 * CPS3. Each token is a card in a reader of its own; the last word of its label names a folder of $FRAGILE:
 *   card        present while the card is in the reader; made again = another insertion, old sessions are dead
 *   tries       one digit, of the code; unblockings: one digit, of the unblocking code
 *   foreign     present: not recognised
 *   empty       present: holds no object
 * and $FRAGILE holds, when present:
 *   noreader    no slot at all
 *   cps3        no PSS, the authentication key wants a DigestInfo; bare: no key hashes
 *   opensc      no COUNT_LOW; picky: no new code is good enough
 *   held        hexadecimal: what another program's hold makes the card answer
 *   reset       the login is gone: another program has reset the card
 *   pull        number of the function at whose call all cards are pulled out
 *   vague       the answer to a card that has left is CKR_GENERAL_ERROR, as with OpenSC
 *   slow        milliseconds that a signature takes; hang: that a login takes, or the end of all sessions
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef unsigned long UL;
typedef struct { unsigned char version[2]; void *f[68]; } LIST;
enum { FINALIZE = 1, SLOT_LIST = 4, SLOT_INFO = 5, TOKEN_INFO = 6, MECHANISMS = 7, INIT_PIN = 10, SET_PIN = 11,
       OPEN = 12, CLOSE = 13, CLOSE_ALL = 14, LOGIN = 18, LOGOUT = 19, VALUE = 24, FIND_INIT = 26, FIND = 27,
       FIND_FINAL = 28, SIGN_INIT = 42, SIGN = 43 };
enum { CARDS = 8, SESSIONS = 64 };
enum { VAGUE = 5, REMOVED = 0x32, NOT_LOGGED_IN = 0x101, WRONG = 0xA0, UNSUITABLE = 0xA1, BLOCKED = 0xA4, DEAD = 0xB3,
       ABSENT = 0xE0, UNKNOWN = 0xE1, TOO_SMALL = 0x150 };
#define REAL(i, ...) ((UL (*)())real->f[i])(__VA_ARGS__)
static LIST mine, *real;
static struct { UL slot; char name[33]; long long inserted; } cards[CARDS];
static struct { UL handle; int card; } sessions[SESSIONS]; /* handle 0: free */
static int known;

/* --- the files ------------------------------------------------------------------------------------------ */
static const char *path(int card, const char *name) {
    static char p[4096];
    snprintf(p, sizeof p, "%s/%s/%s", getenv("FRAGILE"), card < 0 ? "." : cards[card].name, name);
    return p;
}
static int there(int card, const char *name) { struct stat s; return stat(path(card, name), &s) == 0; }
static long number(int card, const char *name, int base, long otherwise) {
    char text[32] = {0};
    FILE *f = fopen(path(card, name), "r");
    if (!f) return otherwise;
    long n = fgets(text, sizeof text, f) ? strtol(text, NULL, base) : otherwise;
    fclose(f);
    return n;
}
static void set(int card, const char *name, long n) {
    FILE *f = fopen(path(card, name), "w");
    fprintf(f, "%ld", n);
    fclose(f);
}

/* --- the cards and their sessions ----------------------------------------------------------------------- */
static int card_in(UL slot) {
    for (int c = 0; c < known; c++) if (cards[c].slot == slot) return c;
    unsigned char info[256];
    if (known == CARDS || REAL(TOKEN_INFO, slot, info) || !(*(UL *)(info + 96) & 0x400)) return -1;
    char label[33] = {0};
    memcpy(label, info, 32);
    for (int i = 31; i > 0 && label[i] == ' '; i--) label[i] = 0;
    char *word = strrchr(label, ' ');
    cards[known].slot = slot;
    cards[known].inserted = 0;
    strcpy(cards[known].name, word ? word + 1 : label);
    return known++;
}
static int gone(int card) {
    struct stat s;
    long long now = stat(path(card, "card"), &s) ? 0 : s.st_mtim.tv_sec * 1000000000LL + s.st_mtim.tv_nsec;
    if (now != cards[card].inserted) {
        if (cards[card].inserted) REAL(CLOSE_ALL, cards[card].slot);
        for (int i = 0; i < SESSIONS; i++) if (sessions[i].card == card) sessions[i].handle = 0;
        cards[card].inserted = now;
    }
    return now == 0;
}
static void pull(int function) {
    if (number(-1, "pull", 10, -1) != function) return;
    unlink(path(-1, "pull"));
    for (int c = 0; c < known; c++) unlink(path(c, "card"));
}
static int card_of(UL session, int function) { /* -1 when that session is dead */
    pull(function);
    for (int c = 0; c < known; c++) gone(c);
    for (int i = 0; i < SESSIONS; i++) if (sessions[i].handle == session && session) return sessions[i].card;
    return -1;
}
static UL lost(UL otherwise) { return there(-1, "vague") ? VAGUE : otherwise; }
int fragile_sessions(void) {
    int n = 0;
    for (int i = 0; i < SESSIONS; i++) n += sessions[i].handle != 0;
    return n;
}

/* --- readers -------------------------------------------------------------------------------------------- */
static UL slot_list(unsigned char present, UL *list, UL *count) {
    UL all[64], n = 64, kept = 0, room = *count;
    UL rv = REAL(SLOT_LIST, 1UL, all, &n);
    if (rv || there(-1, "noreader")) n = 0;
    for (UL i = 0; i < n; i++) card_in(all[i]);
    pull(SLOT_LIST);
    for (UL i = 0; i < n; i++) {
        int card = card_in(all[i]);
        if (card < 0 || (gone(card) && present)) continue;
        if (list && kept < room) list[kept] = all[i];
        kept++;
    }
    *count = kept;
    return rv ? rv : list && kept > room ? TOO_SMALL : 0;
}
static UL slot_info(UL slot, char *info) {
    UL rv = REAL(SLOT_INFO, slot, info);
    int card = card_in(slot);
    char name[65];
    if (!rv && card >= 0) {
        snprintf(name, sizeof name, "Lecteur %-56s", cards[card].name);
        memcpy(info, name, 64);
    }
    return rv;
}
static UL token_info(UL slot, unsigned char *info) {
    int card = card_in(slot);
    pull(TOKEN_INFO);
    if (card < 0 || gone(card)) return ABSENT;
    if (there(card, "foreign")) return UNKNOWN;
    if (there(-1, "held")) return number(-1, "held", 16, 0x30);
    UL rv = REAL(TOKEN_INFO, slot, info), *flags = (UL *)(info + 96);
    if (rv) return rv;
    int opensc = there(-1, "opensc");
    *flags = (*flags & ~0x770000UL)
        | (UL[]){0x40000, opensc ? 0x20000 : 0x30000, opensc ? 0 : 0x10000, 0}[number(card, "tries", 10, 3)]
        | (UL[]){0x400000, 0x200000, 0x100000, 0}[number(card, "unblockings", 10, 3)];
    return 0;
}
static UL mechanisms(UL slot, UL *list, UL *count) {
    UL all[512], n = 512, kept = 0, rv = REAL(MECHANISMS, slot, all, &n);
    for (UL i = 0; i < n && !rv; i++)
        if (!there(-1, "cps3") || (all[i] != 0x0D && all[i] != 0x43)) { if (list) list[kept] = all[i]; kept++; }
    *count = kept;
    return rv;
}

/* --- sessions and codes --------------------------------------------------------------------------------- */
static UL open_session(UL slot, UL flags, void *a, void *n, UL *handle) {
    int card = card_in(slot), i = 0;
    pull(OPEN);
    if (card < 0 || gone(card)) return ABSENT;
    if (there(-1, "held")) return number(-1, "held", 16, 0x30);
    UL rv = REAL(OPEN, slot, flags, a, n, handle);
    while (i < SESSIONS && sessions[i].handle) i++;
    if (i == SESSIONS) abort();
    if (!rv) { sessions[i].handle = *handle; sessions[i].card = card; }
    return rv;
}
static UL close_session(UL session) {
    if (card_of(session, CLOSE) < 0) return lost(DEAD);
    for (int i = 0; i < SESSIONS; i++) if (sessions[i].handle == session) sessions[i].handle = 0;
    return REAL(CLOSE, session);
}
static UL finalize(void *a) {
    memset(sessions, 0, sizeof sessions);
    UL rv = REAL(FINALIZE, a);
    if (!rv) usleep(1000 * number(-1, "hang", 10, 0));
    return rv;
}
static UL counted(int card, const char *counter, UL rv) {
    long left = number(card, counter, 10, 3);
    if (rv == 0) set(card, counter, 3);
    if (rv == WRONG) { set(card, counter, left - 1); if (left == 1) return BLOCKED; }
    return rv;
}
static UL login(UL session, UL user, unsigned char *pin, UL length) {
    usleep(1000 * number(-1, "hang", 10, 0));
    int card = card_of(session, LOGIN);
    const char *counter = user == 1 ? "tries" : "unblockings";
    if (card < 0) return lost(REMOVED);
    if (there(-1, "held")) return number(-1, "held", 16, 0x30);
    if (!number(card, counter, 10, 3)) return BLOCKED;
    return counted(card, counter, REAL(LOGIN, session, user, pin, length));
}
static UL init_pin(UL session, void *pin, UL length) {
    int card = card_of(session, INIT_PIN);
    if (card < 0) return lost(DEAD);
    if (there(-1, "picky")) return UNSUITABLE;
    UL rv = REAL(INIT_PIN, session, pin, length);
    if (!rv) set(card, "tries", 3);
    return rv;
}
static UL set_pin(UL session, void *old, UL n, void *new, UL m) {
    int card = card_of(session, SET_PIN);
    if (card < 0) return lost(DEAD);
    if (!number(card, "tries", 10, 3)) return BLOCKED;
    if (there(-1, "picky")) return UNSUITABLE;
    return counted(card, "tries", REAL(SET_PIN, session, old, n, new, m));
}

/* --- objects and keys ----------------------------------------------------------------------------------- */
static UL find(UL session, UL *objects, UL room, UL *count) {
    int card = card_of(session, FIND);
    if (card < 0) return lost(DEAD);
    UL rv = REAL(FIND, session, objects, room, count);
    if (there(card, "empty")) *count = 0;
    return rv;
}
static UL sign_init(UL session, UL *mechanism, UL key) {
    if (card_of(session, SIGN_INIT) < 0) return lost(DEAD);
    if (there(-1, "reset")) return NOT_LOGGED_IN;
    unsigned char id[64] = {0};
    struct { UL type; void *value; UL size; } wanted = {0x102, id, sizeof id};
    REAL(VALUE, session, key, &wanted, 1UL);
    int authentication = wanted.size && id[wanted.size - 1] == 0x20, cps3 = there(-1, "cps3");
    if (cps3 && mechanism[0] == 0x0D) return 0x70;
    if (mechanism[0] == 0x40 && (there(-1, "bare") || (cps3 && authentication))) return 0x63;
    return REAL(SIGN_INIT, session, mechanism, key);
}
static UL sign(UL session, void *data, UL n, void *out, UL *size) {
    usleep(1000 * number(-1, "slow", 10, 0));
    return card_of(session, SIGN) < 0 ? lost(DEAD) : REAL(SIGN, session, data, n, out, size);
}
#define ALIVE(name, index, args, s, ...) \
    static UL name args { return card_of(s, index) < 0 ? lost(DEAD) : REAL(index, s, ##__VA_ARGS__); }
ALIVE(logout, LOGOUT, (UL s), s)
ALIVE(value, VALUE, (UL s, UL o, void *t, UL n), s, o, t, n)
ALIVE(find_init, FIND_INIT, (UL s, void *t, UL n), s, t, n)
ALIVE(find_final, FIND_FINAL, (UL s), s)

UL C_GetFunctionList(LIST **out) {
    if (!real) {
        void *library = dlopen(SOFTHSM, RTLD_NOW | RTLD_LOCAL);
        if (!library || ((UL (*)(LIST **))dlsym(library, "C_GetFunctionList"))(&real)) return 5;
        memcpy(&mine, real, sizeof mine);
        mine.f[FINALIZE] = finalize; mine.f[SLOT_LIST] = slot_list; mine.f[SLOT_INFO] = slot_info;
        mine.f[TOKEN_INFO] = token_info; mine.f[MECHANISMS] = mechanisms; mine.f[INIT_PIN] = init_pin;
        mine.f[SET_PIN] = set_pin; mine.f[OPEN] = open_session; mine.f[CLOSE] = close_session;
        mine.f[LOGIN] = login; mine.f[LOGOUT] = logout; mine.f[VALUE] = value; mine.f[FIND_INIT] = find_init;
        mine.f[FIND] = find; mine.f[FIND_FINAL] = find_final; mine.f[SIGN_INIT] = sign_init; mine.f[SIGN] = sign;
    }
    *out = &mine;
    return 0;
}
