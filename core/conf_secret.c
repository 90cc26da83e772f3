/* The secrets of a configuration: where they come from, and how they are kept out of every text. */
#include "core/conf_secret.h"

#include "core/secret.h"

#include <stdlib.h>
#include <string.h>

enum { SECRET_MAX = 512 };

const char *const conf_secret_variables[] = { "FINTRA_OLD_SECRET",     "FINTRA_FMP_API_KEY",
					      "FINTRA_DB_CONNINFO",    "TELEGRAM_BOT_TOKEN",
					      "FINTRA_ALERT_PING_URL", NULL };

/* A secret comes from the environment, else from the file that the configuration names, else from
 * systemd. */
struct secret_source {
	const char *env, *key, *file, *credential, *what;
};

static int
read_secret(const struct secret_source *from, char **out, struct err *e)
{
	const char *env = getenv(from->env), *dir = getenv("CREDENTIALS_DIRECTORY");
	char *got = NULL;
	STR_AUTO path = { 0 };

	str_init(&path, 4096);
	if (env && *env) {
		got = mem_dup(env);
	} else if (*from->file) {
		got = secret_read(from->file, true, SECRET_MAX, e);
		if (!got)
			return err_wrap(e, "%s", from->key);
	} else if (dir && *dir && str_fmt(&path, "%s/%s", dir, from->credential) == 0 &&
		   secret_exists(str_c(&path))) {
		/* systemd made this file for us alone, with the owner and mode of its choice. */
		got = secret_read(str_c(&path), false, SECRET_MAX, e);
		if (!got)
			return -1;
	}
	if (!got)
		return 0;
	secret_free(*out);
	*out = got;
	if (!secret_printable(got))
		return err_set(e, ERR_CONFIG, "%s holds blanks or control bytes", from->what);
	return 0;
}

/* It becomes a part of a path: what no token has would lead elsewhere. */
static int
check_token(const struct conf *c, struct err *e)
{
	static const char bytes[] = "0123456789:_-"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	if (c->alert.token[strspn(c->alert.token, bytes)])
		return err_set(e, ERR_CONFIG,
			       "the Telegram token has other bytes than letters, digits, : _ -");
	return 0;
}

static void
default_chat(struct conf *c)
{
	const char *env = getenv("TELEGRAM_CHAT_ID");

	if (*c->alert.chat_id || !env)
		return;
	free(c->alert.chat_id);
	c->alert.chat_id = mem_dup(env);
}

int
conf_load_alert_token(struct conf *c, struct err *e)
{
	const struct secret_source bot = { "TELEGRAM_BOT_TOKEN", "alert.telegram_token_file",
					   c->alert.token_file, "telegram_token",
					   "the Telegram token" };

	default_chat(c);
	if (read_secret(&bot, &c->alert.token, e) == 0 && check_token(c, e) == 0)
		return 0;
	*c->alert.token = '\0';
	return -1;
}

int
conf_load_api_key(struct conf *c, struct err *e)
{
	const struct secret_source api = { "FINTRA_FMP_API_KEY", "fmp.api_key_file",
					   c->api_key_file, "fmp_api_key", "the API key" };

	return read_secret(&api, &c->api_key, e);
}

int
conf_load_old_secret(struct conf *c, struct err *e)
{
	const struct secret_source old = { "FINTRA_OLD_SECRET", "old.secret_file",
					   c->old_secret_file, "old_secret",
					   "the old system's secret" };

	return read_secret(&old, &c->old_secret, e);
}

int
conf_load_key(struct conf *c, struct err *e)
{
	if (conf_load_api_key(c, e) < 0 || conf_load_old_secret(c, e) < 0)
		return -1;
	return conf_load_alert_token(c, e);
}

void
conf_mask(const struct conf *c, const char *in, size_t n, struct str *out)
{
	const char *const secrets[] = { c->api_key, c->old_secret, c->alert.token,
					c->alert.ping_url };
	STR_AUTO a = { 0 }, b = { 0 };
	struct str *from = &a, *to = &b;

	str_init(&a, n * 2 + 1);
	str_init(&b, n * 2 + 1);
	str_put(&a, in, n);
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		struct str *swap = from;

		str_clear(to);
		secret_mask(to, str_c(from), from->len, str_or(secrets[i], ""));
		from = to;
		to = swap;
	}
	str_put(out, str_c(from), from->len);
}
