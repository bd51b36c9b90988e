/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/phone.h"

#include <dlfcn.h>
#include <glib.h>
#include <string.h>

#define MODULE "leadline-phone.so"

/* Ofcom's numbers for drama, of which libphonenumber says that nobody has them. */
static const struct {
    const char *from, *to;
} fiction[] = {
    { "+441632960000", "+441632960999" },
    { "+447700900000", "+447700900999" },
};

static bool is_fiction(const char *e164)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fiction); i++)
        if (strlen(e164) == strlen(fiction[i].from) && strcmp(e164, fiction[i].from) >= 0 &&
            strcmp(e164, fiction[i].to) <= 0)
            return true;
    return false;
}

/* +44 and the rest, or in Britain 0 and the rest. */
static bool read_fiction(const char *text, const char *country, char *e164)
{
    char digits[PHONE_E164_SIZE];
    size_t n = 0;
    for (; *text && n < sizeof digits - 1; text++)
        if (g_ascii_isdigit(*text) || (*text == '+' && n == 0))
            digits[n++] = *text;
    digits[n] = '\0';
    bool national = digits[0] == '0' && strcmp(country, "GB") == 0;
    g_snprintf(e164, PHONE_E164_SIZE, "%s%s", national ? "+44" : "", digits + national);
    if (is_fiction(e164))
        return true;
    e164[0] = '\0';
    return false;
}

/* ---- the module: beside the program in a build tree, else where it was installed */

static const PhoneLibrary *open_module(const char *path)
{
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const PhoneLibrary *library = module ? dlsym(module, "phone_library") : NULL;
    if (library && library->version == PHONE_LIBRARY_VERSION)
        return library;
    if (module)
        dlclose(module);
    return NULL;
}

static const PhoneLibrary *find_module(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *beside = folder ? g_build_filename(folder, MODULE, NULL) : NULL;
    const PhoneLibrary *library = beside ? open_module(beside) : NULL;
    return library ? library : open_module(MODULEDIR "/" MODULE);
}

static const PhoneLibrary *loaded;

bool phone_load(void)
{
    static gsize once;
    if (g_once_init_enter(&once)) {
        g_atomic_pointer_set(&loaded, find_module());
        g_once_init_leave(&once, 1);
    }
    return g_atomic_pointer_get(&loaded) != NULL;
}

bool phone_load_from(const char *path)
{
    g_atomic_pointer_set(&loaded, open_module(path));
    return g_atomic_pointer_get(&loaded) != NULL;
}

/* A contact's numbers are read twice, to be checked and for their keys: what was read last is remembered. */
typedef struct Reading {
    char text[48], region[4], e164[PHONE_E164_SIZE];
    PhoneFault fault;
} Reading;

static _Thread_local Reading readings[2];
static _Thread_local unsigned next_reading;

static const Reading *recall(const char *text, const char *region)
{
    for (size_t i = 0; i < G_N_ELEMENTS(readings); i++)
        if (*readings[i].text && strcmp(readings[i].text, text) == 0 &&
            strcmp(readings[i].region, region) == 0)
            return &readings[i];
    return NULL;
}

static PhoneFault read_and_remember(const PhoneLibrary *library, const char *text,
                                    const char *region, char *e164)
{
    Reading *reading = &readings[next_reading++ % G_N_ELEMENTS(readings)];
    PhoneFault fault = (PhoneFault)library->read(text, region, e164, PHONE_E164_SIZE);
    *reading = (Reading){ .fault = fault };
    if (strlen(text) < sizeof reading->text) {
        g_strlcpy(reading->text, text, sizeof reading->text);
        g_strlcpy(reading->region, region, sizeof reading->region);
        g_strlcpy(reading->e164, e164, sizeof reading->e164);
    }
    return fault;
}

PhoneFault phone_read(const char *text, const char *region, char *e164)
{
    const PhoneLibrary *library = g_atomic_pointer_get(&loaded);
    char country[4] = PHONE_REGION;
    if (region && *region) {
        g_strlcpy(country, region, sizeof country);
        country[0] = g_ascii_toupper(country[0]);
        country[1] = g_ascii_toupper(country[1]);
    }
    if (read_fiction(text, country, e164) || !library)
        return PHONE_GOOD;
    const Reading *reading = recall(text, country);
    if (!reading)
        return read_and_remember(library, text, country, e164);
    g_strlcpy(e164, reading->e164, PHONE_E164_SIZE);
    return reading->fault;
}
