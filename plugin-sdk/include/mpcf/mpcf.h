/* SPDX-License-Identifier: Apache-2.0 */
/* mpcf/mpcf.h - every header of the plug-in SDK. */
#ifndef MPCF_MPCF_H
#define MPCF_MPCF_H

#include <mpcf/approx.h>
#include <mpcf/dataset.h>
#include <mpcf/error.h>
#include <mpcf/export.h>
#include <mpcf/float.h>
#include <mpcf/graph.h>
#include <mpcf/json.h>
#include <mpcf/model.h>
#include <mpcf/option.h>
#include <mpcf/plugin.h>
#include <mpcf/status.h>
#include <mpcf/table.h>
#include <mpcf/transport.h>
#include <mpcf/tsv.h>
#include <mpcf/unpack.h>
#include <mpcf/version.h>

#endif
