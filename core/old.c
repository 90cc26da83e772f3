#include "core/old.h"

#include <string.h>

void
old_url(const struct conf *conf, const struct conf_job *j, struct str *out)
{
	const char *base = str_or(conf->old_base_url, "");
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	if (*j->url)
		str_puts(out, j->url);
	else
		str_fmt(out, "%.*s/api/cron/%s", (int)n, base, j->name);
}

void
old_host(const char *url, char *host, size_t n)
{
	const char *at = strstr(url, "://");

	at = at ? at + 3 : url;
	fmt_buf(host, n, "%.*s", (int)strcspn(at, "/?"), at);
}

void
old_describe(const struct conf *conf, const struct conf_job *j, struct str *out)
{
	if (j->runner == RUNNER_COMMAND) {
		str_puts(out, j->command);
		if (*j->directory)
			str_fmt(out, " (in %s)", j->directory);
		return;
	}
	str_puts(out, "GET ");
	old_url(conf, j, out);
}

bool
old_locks_itself(const struct job *job)
{
	return job->runner == RUNNER_HTTP && (job->flags & JOB_OLD_LOCKS);
}
