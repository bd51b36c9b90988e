/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/server.h"

const ServerPart server_parts[] = {
    { 0 },
};
