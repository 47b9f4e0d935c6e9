/* SPDX-License-Identifier: Apache-2.0 */
/* The program: all of it is in the library. */
#include "host.h"

int main(int argc, char **argv)
{
    return mpcf_main(argc, argv);
}
