/* SPDX-License-Identifier: Apache-2.0 */
/* mpcf/version.h - of this release; the ABI's is in plugin.h. */
#ifndef MPCF_VERSION_H
#define MPCF_VERSION_H

#define MPCF_VERSION       "0.1.0"
#define MPCF_VERSION_MAJOR 0
#define MPCF_VERSION_MINOR 1
#define MPCF_VERSION_PATCH 0

#endif
