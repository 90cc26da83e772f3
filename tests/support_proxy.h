/* A TCP relay before the test cluster's socket: a network that can fall silent or break, without
 * touching the server that other suites use, too. */
#ifndef FINTRA_TESTS_SUPPORT_PROXY_H
#define FINTRA_TESTS_SUPPORT_PROXY_H

#include <stdbool.h>

struct proxy;

/* Listens on loopback and relays to the Unix socket.  Owned: proxy_close().  Ends the process when
 * it cannot. */
struct proxy *proxy_open(const char *socket_path);
int proxy_port(const struct proxy *p);
/* Silent: connections stay, new ones are taken, no byte passes until it speaks again. */
void proxy_silence(struct proxy *p, bool silent);
void proxy_cut(struct proxy *p); /* closes all connections */
void proxy_close(struct proxy *p);

#endif
