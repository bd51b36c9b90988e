/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is going on, read off the parts that do it: there is no second list to be kept. */
#include "client/client_private.h"

#include "base/text.h"

static void task_free(gpointer data)
{
    g_free(((ClientTask *)data)->title);
    g_free(data);
}

static ClientTask *add(GPtrArray *tasks, ClientTaskKind kind)
{
    ClientTask *task = g_new0(ClientTask, 1);
    task->kind = kind;
    g_ptr_array_add(tasks, task);
    return task;
}

static void add_sync(Client *client, GPtrArray *tasks)
{
    const ClientStatus *status = client_status(client);
    if (client->sync.state == SYNC_PULLING && client->full_sync) {
        ClientTask *task = add(tasks, TASK_FULL_SYNC);
        task->done = status->sync_done;
        task->total = status->sync_total;
    } else if (client->sync.state == SYNC_PULLING) {
        add(tasks, TASK_PULL);
    } else if (status->phase == PHASE_CONNECTING) {
        add(tasks, TASK_CONNECT);
    }
}

static void add_sending(Client *client, GPtrArray *tasks)
{
    g_autoptr(GPtrArray) items = store_items(client->store, OUTBOX_SENDING, NULL);
    for (guint i = 0; items && i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        if (g_hash_table_contains(client->busy, &item->object))
            add(tasks, TASK_SEND)->title = text_clean(item->title, -1, TEXT_LINE);
    }
}

GPtrArray *client_tasks(Client *client)
{
    GPtrArray *tasks = g_ptr_array_new_with_free_func(task_free);
    add_sync(client, tasks);
    add_sending(client, tasks);
    if (client->jobs > 0)
        add(tasks, TASK_WRITE);
    if (client->stream) /* what it told was fetched: then that is the last word */
        add(tasks, TASK_STREAM)->since = client->heard_at ? client->heard_at
                                                          : client_status(client)->last_sync;
    return tasks;
}
