/* A PKCS#11 module around SoftHSM2 that does what SoftHSM2 cannot: count tries and block the code, be
 * pulled out of its reader, and know only the mechanisms of a CPS3. Its state is the files of $FRAGILE:
 *   card    present while the card is in the reader; made again = another insertion, old sessions are dead
 *   tries   one digit
 *   cps3    present: no PSS, the authentication key wants a DigestInfo
 *   bare    present: no key hashes
 *   noreader present: no slot at all
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef unsigned long UL;
typedef struct { unsigned char version[2]; void *f[68]; } LIST;
enum { SLOT_LIST = 4, TOKEN_INFO = 6, MECHANISMS = 7, OPEN = 12, CLOSE = 13, CLOSE_ALL = 14, LOGIN = 18,
       LOGOUT = 19, VALUE = 24, FIND_INIT = 26, FIND = 27, SIGN_INIT = 42, SIGN = 43 };
#define REAL(i, ...) ((UL (*)())real->f[i])(__VA_ARGS__)
#define DEAD 0xB3UL /* CKR_SESSION_HANDLE_INVALID */
static LIST mine, *real;
static long long inserted;

static const char *path(const char *name) {
    static char p[4096];
    snprintf(p, sizeof p, "%s/%s", getenv("FRAGILE"), name);
    return p;
}
static int there(const char *name) { struct stat s; return stat(path(name), &s) == 0; }
static int gone(void) {
    struct stat s;
    long long now = stat(path("card"), &s) ? 0 : s.st_mtim.tv_sec * 1000000000LL + s.st_mtim.tv_nsec;
    if (now != inserted) {
        UL slots[16], n = 16;
        if (inserted && !REAL(SLOT_LIST, 1UL, slots, &n)) for (UL i = 0; i < n; i++) REAL(CLOSE_ALL, slots[i]);
        inserted = now;
    }
    return now == 0;
}
static int tries(void) { FILE *f = fopen(path("tries"), "r"); int n = f ? fgetc(f) - '0' : 3; if (f) fclose(f); return n; }
static void set_tries(int n) { FILE *f = fopen(path("tries"), "w"); fputc('0' + n, f); fclose(f); }

static UL slot_list(unsigned char present, UL *list, UL *count) {
    if (there("noreader") || (gone() && present)) { *count = 0; return 0; }
    return REAL(SLOT_LIST, (UL)present, list, count);
}
static UL token_info(UL slot, unsigned char *info) {
    if (gone()) return 0xE0;
    UL rv = REAL(TOKEN_INFO, slot, info), *flags = (UL *)(info + 96);
    if (rv || !(*flags & 0x400)) return rv;
    *flags = (*flags & ~0x70000UL) | (UL[]){0x40000, 0x30000, 0x10000, 0}[tries()];
    return 0;
}
static UL mechanisms(UL slot, UL *list, UL *count) {
    UL all[512], n = 512, kept = 0, rv = REAL(MECHANISMS, slot, all, &n);
    for (UL i = 0; i < n && !rv; i++)
        if (!there("cps3") || (all[i] != 0x0D && all[i] != 0x43)) { if (list) list[kept] = all[i]; kept++; }
    *count = kept;
    return rv;
}
static UL open_session(UL slot, UL flags, void *a, void *n, UL *handle) {
    return gone() ? 0xE0 : REAL(OPEN, slot, flags, a, n, handle);
}
static UL login(UL session, UL user, unsigned char *pin, UL length) {
    if (gone()) return DEAD;
    if (user != 1) return REAL(LOGIN, session, user, pin, length);
    if (!tries()) return 0xA4;
    UL rv = REAL(LOGIN, session, user, pin, length);
    if (!rv) set_tries(3);
    if (rv == 0xA0) { set_tries(tries() - 1); if (!tries()) return 0xA4; }
    return rv;
}
static UL sign_init(UL session, UL *mechanism, UL key) {
    if (gone()) return DEAD;
    unsigned char id[64] = {0};
    struct { UL type; void *value; UL size; } wanted = {0x102, id, sizeof id};
    REAL(VALUE, session, key, &wanted, 1UL);
    int authentication = wanted.size && id[wanted.size - 1] == 0x20;
    if (there("cps3") && mechanism[0] == 0x0D) return 0x70;
    if (mechanism[0] == 0x40 && (there("bare") || (there("cps3") && authentication))) return 0x63;
    return REAL(SIGN_INIT, session, mechanism, key);
}
#define ALIVE(name, index, args, ...) static UL name args { return gone() ? DEAD : REAL(index, __VA_ARGS__); }
ALIVE(close_session, CLOSE, (UL s), s)
ALIVE(logout, LOGOUT, (UL s), s)
ALIVE(value, VALUE, (UL s, UL o, void *t, UL n), s, o, t, n)
ALIVE(find_init, FIND_INIT, (UL s, void *t, UL n), s, t, n)
ALIVE(find, FIND, (UL s, UL *o, UL n, UL *c), s, o, n, c)
ALIVE(sign, SIGN, (UL s, void *d, UL n, void *o, UL *c), s, d, n, o, c)

UL C_GetFunctionList(LIST **out) {
    if (!real) {
        void *library = dlopen(SOFTHSM, RTLD_NOW | RTLD_LOCAL);
        if (!library || ((UL (*)(LIST **))dlsym(library, "C_GetFunctionList"))(&real)) return 5;
        memcpy(&mine, real, sizeof mine);
        mine.f[SLOT_LIST] = slot_list; mine.f[TOKEN_INFO] = token_info; mine.f[MECHANISMS] = mechanisms;
        mine.f[OPEN] = open_session; mine.f[CLOSE] = close_session; mine.f[LOGIN] = login;
        mine.f[LOGOUT] = logout; mine.f[VALUE] = value; mine.f[FIND_INIT] = find_init; mine.f[FIND] = find;
        mine.f[SIGN_INIT] = sign_init; mine.f[SIGN] = sign;
    }
    *out = &mine;
    return 0;
}
