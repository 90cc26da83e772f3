/* A private PostgreSQL cluster for the demo: Unix socket only, never as root. */
#ifndef FINTRA_CORE_CLUSTER_H
#define FINTRA_CORE_CLUSTER_H

#include "core/proc.h"

struct cluster {
	char *dir, *bin, *socket; /* owned */
	struct proc_user user;
	bool started; /* by us: cluster_stop() stops it */
};

/* Directory for demo data: `asked` if not empty, as root /var/lib/fintra/demo, else
 * $XDG_DATA_HOME/fintra/demo.  Owned: free(). */
char *cluster_home(const char *asked);
/* Creates the cluster and its database `fintra` when missing, starts it when down. */
int cluster_start(struct cluster *c, const char *dir, struct err *e) MUST_CHECK;
/* "host=... dbname=fintra user=fintra".  Owned: free(). */
char *cluster_conninfo(const struct cluster *c);
void cluster_stop(struct cluster *c); /* also frees; fine on a zeroed one */

#endif
