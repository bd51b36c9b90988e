/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module of base/phone.h: the few calls of libphonenumber that are needed, as C. No exception leaves it. */
#include "base/phone.h"

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

extern "C" __attribute__((visibility("default"))) const PhoneLibrary phone_library;

static PhoneFault fault_of_text(PhoneNumberUtil::ErrorType error)
{
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
        return PHONE_GOOD;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
        return PHONE_NO_COUNTRY;
    case PhoneNumberUtil::TOO_SHORT_NSN:
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
        return PHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG_NSN:
        return PHONE_TOO_LONG;
    default:
        return PHONE_UNREADABLE;
    }
}

static PhoneFault fault_of_number(const PhoneNumberUtil &util, const PhoneNumber &number)
{
    switch (util.IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::IS_POSSIBLE:
        return util.IsValidNumber(number) ? PHONE_GOOD : PHONE_UNKNOWN;
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
        return PHONE_LOCAL;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
        return PHONE_NO_COUNTRY;
    case PhoneNumberUtil::TOO_SHORT:
        return PHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG:
        return PHONE_TOO_LONG;
    default:
        return PHONE_UNKNOWN;
    }
}

static PhoneFault read_number(const char *text, const char *region, char *e164, size_t size)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    PhoneFault fault = fault_of_text(util.Parse(text, region, &number));
    if (fault != PHONE_GOOD)
        return fault;
    std::string written;
    util.Format(number, PhoneNumberUtil::E164, &written);
    if (written.size() < size)
        e164[written.copy(e164, size - 1)] = 0;
    return fault_of_number(util, number);
}

static int read_safely(const char *text, const char *region, char *e164, size_t size)
{
    try {
        return read_number(text, region, e164, size);
    } catch (...) {
        return PHONE_UNREADABLE;
    }
}

const PhoneLibrary phone_library = { PHONE_LIBRARY_VERSION, read_safely };
