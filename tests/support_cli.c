#include "tests/support_cli.h"

#include "core/str.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { ARGS = 24, ENVS = 24 };

const char *
support_fintra(void)
{
	static _Thread_local char binary[512];
	const char *build = getenv("BUILD");

	fmt_buf(binary, sizeof(binary), "%s/fintra", build ? build : "build");
	return binary;
}

int
bin_run_env(const char *conninfo, const char *const *more, const char *const *args,
	    struct support_out *out)
{
	char db[600];
	const char *argv[ARGS + 2] = { support_fintra() };
	const char *env[ENVS + 8] = { CLI_NOW, "NO_COLOR", "HOME=/nonexistent",
				      "XDG_CONFIG_HOME=/nonexistent", db };

	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", conninfo ? conninfo : "host=/nonexistent");
	for (size_t i = 0; args[i] && i < ARGS; i++)
		argv[i + 1] = args[i];
	for (size_t i = 0; more && more[i] && i < ENVS; i++)
		env[i + 5] = more[i];
	return support_exec(argv, env, out);
}

int
bin_run(const char *conninfo, const char *const *args, struct support_out *out)
{
	return bin_run_env(conninfo, NULL, args, out);
}

void
bin_expect(const char *conninfo, const char *const *args, int code, const char *says)
{
	struct support_out out;

	bin_run(conninfo, args, &out);
	if (out.code != code || (says && !strstr(out.err, says) && !strstr(out.out, says)))
		print_error("%s %s: exit %d\n%s%s\n", args[0], args[1] ? args[1] : "", out.code,
			    out.out, out.err);
	assert_int_equal(out.code, code);
	if (says)
		assert_true(strstr(out.err, says) || strstr(out.out, says));
	support_out_done(&out);
}

struct json *
bin_json(const char *conninfo, const char *const *args, int code)
{
	struct support_out out;
	struct err e = ERR_INIT;
	struct json *j;
	const char *line;

	bin_run(conninfo, args, &out);
	if (out.code != code)
		print_error("%s: exit %d\n%s%s\n", args[0], out.code, out.out, out.err);
	assert_int_equal(out.code, code);
	size_t n = strlen(out.out);
	assert_true(n > 1 && out.out[n - 1] == '\n');
	out.out[--n] = '\0';
	line = strrchr(out.out, '\n');
	line = line ? line + 1 : out.out;
	j = json_parse(line, strlen(line), &e);
	if (!j)
		fail_msg("%s: %s", e.text, line);
	assert_int_equal((int)json_num(j, "v").v, 1);
	support_out_done(&out);
	return j;
}

void
has_members(const struct json *o, const char *const *names)
{
	assert_non_null(o);
	for (; *names; names++) {
		const char *key = NULL;
		bool found = false;

		for (size_t i = 0; json_member(o, i, &key) || key; i++) {
			if (strcmp(key, *names) == 0)
				found = true;
			key = NULL;
		}
		if (!found)
			fail_msg("no member %s", *names);
	}
}
