/* SPDX-License-Identifier: Apache-2.0 */
/* The second transport of this plug-in. */
#ifndef MPCF_ZMQ_ZMQ_CURVE_H
#define MPCF_ZMQ_ZMQ_CURVE_H

#include <mpcf/transport.h>

extern const mpcf_transport zmq_curve;

#endif
