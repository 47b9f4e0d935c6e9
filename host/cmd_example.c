/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

int cmd_example(const struct args *args)
{
    (void) args;
    return EXIT_FAILED;
}
