/* Where the sides meet: the catalogue of jobs, the console, the command line. */
#include "core/headless.h"
#include "jobs/catalogue.h"
#include "tui/app.h"

int
main(int argc, char **argv)
{
	struct app app = { .cat = &fintra_catalogue, .console = console_main };

	return headless_main(&app, argc, argv);
}
