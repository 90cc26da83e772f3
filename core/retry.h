/* A run that did not end well, launched again: of `fintra retry` and of the console. */
#ifndef FINTRA_CORE_RETRY_H
#define FINTRA_CORE_RETRY_H

#include "core/catalogue.h"
#include "core/ledger.h"
#include "core/runner.h"

/* 0 = launch it; 1 = there is nothing to do; -1: it is under way or can be resumed. */
int retry_decide(const struct run_info *r, bool force, struct err *e) MUST_CHECK;
/* Job, parameters, date and gate of the run, which becomes the parent; `failed`: only its units
 * that are not done.  l->params is owned: params_done(), also after -1. */
int retry_launch(const struct catalogue *cat, const struct run_info *r, bool force, bool failed,
		 struct launch *l, struct err *e) MUST_CHECK;

#endif
