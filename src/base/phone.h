/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Phone numbers as the world numbers them: is there such a number, and what is it when written the international way. The
 * knowledge is libphonenumber's, in C++ and large; what of it is needed is a module (phone_library.cc), which is
 * loaded when phone_load() is called: by the server at its start, by the client before it first needs it, never before
 * the first paint. Without the module every number that has the shape of one is taken.
 *
 * Numbers that are reserved for fiction are as good as any (phone.c has the ranges): demo and tests have no others.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PHONE_E164_SIZE 24 /* "+", at most 15 digits, room */

typedef enum PhoneFault {
    PHONE_GOOD = 0,
    PHONE_UNREADABLE, /* no number */
    PHONE_NO_COUNTRY, /* neither + and a country's code that there is, nor a region that there is */
    PHONE_TOO_SHORT,
    PHONE_TOO_LONG,
    PHONE_LOCAL,   /* without its area code */
    PHONE_UNKNOWN, /* nobody has numbers like it */
} PhoneFault;

/*
 * Reads a number as people write it. region: two letters, of numbers that do not begin with +; NULL or "": PHONE_REGION. e164
 * is "" when it cannot be said what the number is, also without the module (then the fault is PHONE_GOOD).
 */
#define PHONE_REGION "GB"
PhoneFault phone_read(const char *text, const char *region, char *e164 /* PHONE_E164_SIZE */);

/* Loads the module, once; cheap afterwards. Any thread. False: it is not there. The first number takes as long as a frame. */
bool phone_load(void);
bool phone_load_from(const char *path); /* the same of that file: for tests, before anybody reads */

/* The module's one symbol, "phone_library". */
typedef struct PhoneLibrary {
    int version; /* PHONE_LIBRARY_VERSION */
    int (*read)(const char *text, const char *region, char *e164, size_t size);
} PhoneLibrary;
#define PHONE_LIBRARY_VERSION 1

#ifdef __cplusplus
}
#endif
