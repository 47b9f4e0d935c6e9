/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a process that holds secrets keeps them out of core files and from other processes of its
 * user. Files of /proc/self are root's then: those that anyone may read (status, maps) still can
 * be, and the process itself may read all of its own but environ.
 */
#include "base/hide_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"

static bool is_asked_to_stay_open(void)
{
    const char *wish = getenv("MPCF_DUMPABLE");

    return wish != NULL && strcmp(wish, "1") == 0;
}

mpcf_status hide_memory(mpcf_error *err)
{
    if (is_asked_to_stay_open()) {
        log_line(LOG_INFO,
                 "MPCF_DUMPABLE=1: core files and debuggers can have this role's secrets");
        return MPCF_OK;
    }
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot hide this process's memory: %s", strerror(errno));
    }
    return MPCF_OK;
}
