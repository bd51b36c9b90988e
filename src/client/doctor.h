/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What keeps Leadline from working well here, and the cure: one table of checks, each a function that looks at one thing and says
 * what it found. They only look: nothing is made, repaired or sent. `leadline doctor` and `:doctor` run this table, and
 * after it the one of the screen (ui/doctor.c: keys, terminal, clipboard), which the layers below do not know.
 */
#pragma once

#include "client/client.h"

typedef enum DoctorGrade {
    DOCTOR_WELL = 1,
    DOCTOR_NOTE = 2, /* works, but less well than it could */
    DOCTOR_ILL = 3,
} DoctorGrade;
extern const EnumTable doctor_grades;

/* Whom it is about. */
typedef struct Doctor {
    const Profile *profile; /* NULL: there is none yet */
    Client *client;         /* NULL: it cannot be opened */
    const GError *why;      /* ... because of this, or NULL */
} Doctor;

typedef struct DoctorFinding {
    char *check;
    DoctorGrade grade;
    char *finding; /* a phrase, clean */
    char *cure;    /* what to do; NULL when it is well */
} DoctorFinding;
extern const FieldTable doctor_finding_fields;

typedef struct DoctorCheck {
    const char *name; /* one word, the same in every language */
    /* *finding, and *cure unless it is well, are the caller's. 0: there is nothing to look at. */
    DoctorGrade (*look)(const Doctor *doctor, char **finding, char **cure);
} DoctorCheck;

/* Closed by a row without name. */
extern const DoctorCheck doctor_checks[];

/* DoctorFinding *, in the order of the table. Free with g_ptr_array_unref. */
GPtrArray *doctor_look(const Doctor *doctor, const DoctorCheck *checks);
