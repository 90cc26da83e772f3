# fintra: terminal console and runner of the FINTRA pipeline.  `make help` lists the targets.
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= gcc
BUILD ?= build
VERSION := 0.1.0
FINTRA_REAL_DATA ?= ../shared/data/real
export FINTRA_REAL_DATA

PKGS := libpq libcurl libcjson libpcre2-8 ncursesw panelw
WARN := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wcast-qual -Wundef
OPT ?= -O2 -g
CFLAGS_ALL = -std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -DFINTRA_VERSION='"$(VERSION)"' \
	$(WARN) $(OPT) $(EXTRA) -fno-strict-aliasing -fstack-protector-strong -pthread \
	-I. -I$(BUILD) $(shell pkg-config --cflags $(PKGS)) $(CFLAGS)
LIBS = $(shell pkg-config --libs $(PKGS)) -lcsv -linih -lz -lm -pthread
TEST_LIBS = -lcmocka -lvterm -lutil $(LIBS)

Q := $(if $(V),,@)

SRC := $(wildcard core/*.c jobs/*.c jobs/*/*.c tui/*.c)
OBJ := $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/queries.o
LIB_OBJ := $(filter-out $(BUILD)/tui/main.o,$(OBJ))
SQL := $(sort $(wildcard queries/*.sql)) $(sort $(wildcard queries/schema/*.sql))
FAKE_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fakefmp*.c))
# The longest suites first: at the end of a run no core waits for one of them.
LONG := tests/cli/test_ten_nights.c tests/db/test_real.c tests/db/test_snapshots_real.c tests/db/test_snapshots_summer.c \
	tests/cli/test_log_contract.c tests/db/test_actions.c tests/cli/test_console_logs.c
SUITES := $(patsubst tests/%.c,$(BUILD)/tests/%,$(LONG) $(filter-out $(LONG),$(wildcard tests/unit/test_*.c \
	tests/db/test_*.c tests/cli/test_*.c tests/screens/test_*.c)))
TEST_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support*.c tests/pty.c))

.PHONY: all check bench torture soak asan ubsan tsan lint format format-check mutants install uninstall clean help suites
.SECONDARY:

all: $(BUILD)/fintra $(BUILD)/fakefmp

help:
	@sed -n 's/^## //p' Makefile

## all           build/fintra and the vendor stand-in build/fakefmp
$(BUILD)/fintra: $(OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $(OBJ) $(LIBS)

$(BUILD)/fakefmp: $(FAKE_OBJ) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ -lmicrohttpd -lz $(LIBS)

$(BUILD)/queries.h: $(SQL) queries/embed.awk
	@mkdir -p $(@D)
	$(Q)awk -f queries/embed.awk -v out=header $(SQL) > $@.tmp && { cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@; }; touch $@

$(BUILD)/queries.c: $(SQL) queries/embed.awk
	@mkdir -p $(@D)
	$(Q)awk -f queries/embed.awk -v out=source $(SQL) > $@

$(BUILD)/queries.o: $(BUILD)/queries.c $(BUILD)/queries.h
	$(Q)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.c | $(BUILD)/queries.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_SUPPORT) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

suites: all $(SUITES)

## check         build with -Werror, run every suite, close with "N passed, N failed, N skipped"
check:
	$(Q)$(MAKE) --no-print-directory suites EXTRA=-Werror
	$(Q)$(MAKE) --no-print-directory lint
	$(Q)BUILD=$(BUILD) tests/run.sh $(SUITES)

## bench         speed beside its limit, both sides alternately in one run
bench: all
	$(Q)BUILD=$(BUILD) tests/bench/bench.sh

## torture       kill -9 at random moments, launch races: slow proofs
torture: all
	$(Q)BUILD=$(BUILD) tests/torture.sh

soak: torture

## asan ubsan tsan   the suites under a sanitizer, in a build of its own
asan:
	$(Q)$(MAKE) --no-print-directory suites BUILD=build/asan OPT="-O1 -g -fsanitize=address -fno-omit-frame-pointer"
	$(Q)BUILD=build/asan SANITIZER=asan tests/run.sh $(SUITES:$(BUILD)/%=build/asan/%)
ubsan:
	$(Q)$(MAKE) --no-print-directory suites BUILD=build/ubsan OPT="-O1 -g -fsanitize=undefined -fno-sanitize-recover=all"
	$(Q)BUILD=build/ubsan SANITIZER=ubsan tests/run.sh $(SUITES:$(BUILD)/%=build/ubsan/%)
tsan:
	$(Q)$(MAKE) --no-print-directory suites BUILD=build/tsan CC=clang OPT="-O1 -g -fsanitize=thread"
	$(Q)BUILD=build/tsan SANITIZER=tsan tests/run.sh $(SUITES:$(BUILD)/%=build/tsan/%)

## lint          sizes, include doors, banned calls, queries and jobs without a test, cppcheck
lint: $(BUILD)/queries.h
	$(Q)tests/lint/lint.sh

## format        clang-format in place; format-check only tells
format:
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')
format-check:
	$(Q)clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')

## mutants       each patch of tests/mutants must turn its named test red
mutants:
	$(Q)tests/mutants/run.sh

## install uninstall   under $(DESTDIR)$(PREFIX)
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/fintra $(DESTDIR)$(PREFIX)/share/doc/fintra
	install -m 755 $(BUILD)/fakefmp $(DESTDIR)$(PREFIX)/libexec/fintra/fakefmp
	install -m 755 $(BUILD)/fintra $(DESTDIR)$(PREFIX)/bin/fintra
	install -m 644 README.md CHANGELOG.md LICENSE fintra.conf.example $(DESTDIR)$(PREFIX)/share/doc/fintra/
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/fintra
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/fintra $(DESTDIR)$(PREFIX)/libexec/fintra

## clean         removes build/
clean:
	rm -rf build

-include $(OBJ:.o=.d) $(FAKE_OBJ:.o=.d) $(SUITES:%=%.d) $(TEST_SUPPORT:.o=.d)
