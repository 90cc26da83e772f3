/* [alert]: who is told when something is wrong. */
#ifndef FINTRA_CORE_CONF_ALERT_H
#define FINTRA_CORE_CONF_ALERT_H

struct conf_alert {
	char *token_file, *chat_id, *base_url; /* Telegram's; "" = none */
	char *token;			       /* of its bot; wiped by conf_done() */
	char *hook;			       /* words of a command; "" = none */
	char *ping_url;			       /* "" = none; whoever knows it may ping */
	char *repeat;			       /* a span of time */
	int timeout_s;			       /* of one message or ping */
};

struct conf;
/* Whatever can be read of a configuration that does not load, to tell those in [alert] that it does
 * not: keys that are wrong have their default.  Owned: conf_done(). */
void conf_load_alert(struct conf *c, const char *path);

#endif
