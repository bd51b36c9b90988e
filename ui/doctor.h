/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `leadline doctor` and :doctor look at besides client/doctor.h: keys, terminal, clipboard. */
#pragma once

#include "client/doctor.h"

extern const DoctorCheck screen_checks[];
