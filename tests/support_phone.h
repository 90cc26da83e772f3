/* Where alerts arrive: a listener on loopback that answers as Telegram does and counts what it
 * gets. One per process. */
#ifndef FINTRA_TESTS_SUPPORT_PHONE_H
#define FINTRA_TESTS_SUPPORT_PHONE_H

#define PHONE_TOKEN "123456:CANARYtoken-abc_DEF"

const char *
phone_start(void);	/* "http://127.0.0.1:PORT", once; it answers until the process ends */
void phone_clear(void); /* forgets what came */
/* Whether requests are left without an answer; those under way are let go when it ends. */
void phone_hang(int hang);
/* Messages (or pings) that came since phone_clear(); the i-th as "METHOD PATH\nBODY", static. */
int phone_count(void);
int phone_rang(void); /* the same, with those that are left without an answer */
const char *phone_got(int i);

#endif
