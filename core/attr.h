/* Compiler attributes used across fintra; gcc and clang only. */
#ifndef FINTRA_CORE_ATTR_H
#define FINTRA_CORE_ATTR_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_FMT(fmt, first) __attribute__((format(printf, fmt, first)))
#define NORETURN __attribute__((noreturn))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
