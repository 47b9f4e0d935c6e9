/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

int main(int argc, char **argv)
{
    return mpcf_main(argc, argv);
}
