/* The console: event loop of the UI thread. */
#ifndef FINTRA_TUI_APP_H
#define FINTRA_TUI_APP_H

#include "core/headless.h"

/* For struct app's `console`.  Returns the exit code. */
int console_main(struct app *app);

#endif
