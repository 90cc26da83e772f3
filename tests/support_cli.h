/* The real binary from the command line, and what its suites ask of the answer. */
#ifndef FINTRA_TESTS_SUPPORT_CLI_H
#define FINTRA_TESTS_SUPPORT_CLI_H

#include "core/json.h"
#include "tests/support.h"

#define CLI_NOW "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z"

const char *support_fintra(void); /* path of the binary under test, of the calling thread */
/* Runs fintra on `conninfo` (NULL = an address where nothing is) with the words of `args`,
 * NULL-terminated, at most 24, without configuration file, at CLI_NOW.  `more`: environment on top
 * ("K=V", "K" to unset; may be NULL).  Returns the exit code. */
int bin_run(const char *conninfo, const char *const *args, struct support_out *out);
int bin_run_env(const char *conninfo, const char *const *more, const char *const *args,
		struct support_out *out);
/* Ends with `code`, and stdout or stderr holds `says` (NULL = anything). */
void bin_expect(const char *conninfo, const char *const *args, int code, const char *says);
/* The last line of stdout, which has "v": 1.  Owned: json_free(). */
struct json *bin_json(const char *conninfo, const char *const *args, int code);
/* Every name is a member, null allowed. */
void has_members(const struct json *o, const char *const *names);

#endif
