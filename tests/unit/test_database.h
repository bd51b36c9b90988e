/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An empty database for each test: SQLite in a fresh directory, or with LEADLINE_TEST_PG=postgresql://... the emptied
 * schema "public" of that database. Every behaviour must hold on both; test_db_pg.sh runs the second round.
 */
#pragma once

#include "db/db.h"

typedef struct TestDatabase {
    char *directory; /* NULL with PostgreSQL */
    char *url;
    Db *db;
} TestDatabase;

bool test_database_is_postgres(void);
int test_database_setup(void **state); /* *state = TestDatabase */
int test_database_teardown(void **state);
/* One more connection to it. */
Db *test_database_connect(const TestDatabase *database, unsigned mode);
/* Fails the test when error is set. */
void assert_no_error(const GError *error);
