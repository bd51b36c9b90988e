/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/driver.h"

#include <string.h>

#define FIRST_SIZE 64 /* a power of two; the table doubles when half full */

static size_t slot_of(const DbStatements *all, const char *address)
{
    size_t hash = ((guintptr)address >> 3) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    size_t slot = (hash >> 40) & (all->size - 1);
    while (all->addresses[slot] && all->addresses[slot] != address)
        slot = (slot + 1) & (all->size - 1);
    return slot;
}

static void put_address(DbStatements *all, const char *address, gpointer statement)
{
    size_t slot = slot_of(all, address);
    all->addresses[slot] = address;
    all->statements[slot] = statement;
}

static void grow(DbStatements *all)
{
    DbStatements old = *all;
    all->size *= 2;
    all->addresses = g_new0(const char *, all->size);
    all->statements = g_new0(gpointer, all->size);
    for (size_t i = 0; i < old.size; i++)
        if (old.addresses[i])
            put_address(all, old.addresses[i], old.statements[i]);
    g_free(old.addresses);
    g_free(old.statements);
}

static void learn_address(DbStatements *all, const char *sql, gpointer statement)
{
    if (2 * (all->n + 1) > all->size)
        grow(all);
    put_address(all, sql, statement);
    all->n++;
}

void db_statements_init(DbStatements *all)
{
    *all = (DbStatements){ .size = FIRST_SIZE };
    all->addresses = g_new0(const char *, FIRST_SIZE);
    all->statements = g_new0(gpointer, FIRST_SIZE);
    all->by_text = g_hash_table_new(g_str_hash, g_str_equal);
}

void db_statements_clear(DbStatements *all, GDestroyNotify destroy)
{
    GHashTableIter iter;
    gpointer statement;
    g_hash_table_iter_init(&iter, all->by_text);
    while (g_hash_table_iter_next(&iter, NULL, &statement))
        destroy(statement);
    g_hash_table_unref(all->by_text);
    g_free(all->addresses);
    g_free(all->statements);
    memset(all, 0, sizeof *all);
}

gpointer db_statements_find(DbStatements *all, const char *sql)
{
    size_t slot = slot_of(all, sql);
    if (all->addresses[slot]) {
#ifdef __SANITIZE_ADDRESS__
        /* A text that is no literal would sooner or later find another one's statement: the test build tells. */
        g_assert(g_hash_table_lookup(all->by_text, sql) == all->statements[slot]);
#endif
        return all->statements[slot];
    }
    gpointer statement = g_hash_table_lookup(all->by_text, sql);
    if (statement)
        learn_address(all, sql, statement);
    return statement;
}

void db_statements_add(DbStatements *all, const char *sql, gpointer statement)
{
    g_debug("prepared: %s", sql); /* seen with G_MESSAGES_DEBUG=leadline */
    /* The key stays good: it is a literal or interned. */
    g_hash_table_insert(all->by_text, (gpointer)sql, statement);
    learn_address(all, sql, statement);
}
