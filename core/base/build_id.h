/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which build this code is: what another build made need not be what this one would make.
 */
#ifndef MPCF_BASE_BUILD_ID_H
#define MPCF_BASE_BUILD_ID_H

#define BUILD_ID_SIZE 129
/* The build id of the library or program that this function is in, in hex; "": the linker gave it none. */
void build_id(char text[BUILD_ID_SIZE]);

#endif
