/* Files that the operator asks for: exports, and what does not fit the terminal's clipboard. */
#ifndef FINTRA_TUI_SAVE_H
#define FINTRA_TUI_SAVE_H

#include "core/err.h"
#include "core/str.h"

enum saved { SAVE_FAILED = -1, SAVE_DONE = 0, SAVE_EXISTS = 1 };

/* Writes a whole file of mode 0600, or none.  A file that is there stays as it is (SAVE_EXISTS,
 * also when it is a link) unless `replace`: then its name goes over to the new one.  SAVE_FAILED
 * fills *e (ERR_USAGE).  Any thread; waits for the disk. */
enum saved save_file(const char *path, const struct str *text, bool replace,
		     struct err *e) MUST_CHECK;

#endif
