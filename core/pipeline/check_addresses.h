/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with the addresses of `parties`, before anybody listens or calls.
 */
#ifndef MPCF_PIPELINE_CHECK_ADDRESSES_H
#define MPCF_PIPELINE_CHECK_ADDRESSES_H

#include "pipeline/reader.h"

/* Asks the transport about each address of READER's endpoints, and adds what it says to the
 * problems, at the value it is about. */
mpcf_status check_addresses(struct pipeline_reader *r);

#endif
