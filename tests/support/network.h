/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks of the research data, built through the plug-ins as the product does.
 */
#ifndef MPCF_TESTS_SUPPORT_NETWORK_H
#define MPCF_TESTS_SUPPORT_NETWORK_H

#include "graph/parameters.h"
#include "network/network.h"

struct test_network {
    struct network *network;
    struct parameters *parameters;
    json_t *config;
    void *configs[3]; /* options of the fillings and of the family: the graph points to them */
    struct option_memory *memory[2];
};

/* FOLDER's network with functions ACTIVATION and NORMALISER (NULL: the config's own, softmax); each
 * may carry options: "2relu {e: 1e-6}". Fails the test on any error. */
void test_network_open(struct test_network *n, struct plugins *plugins, const char *folder,
                       const char *activation, const char *normaliser, bool gradients, bool fuse);
void test_network_close(struct test_network *n);
/* Plug-ins of the build tree. */
struct plugins *test_plugins(void);
/* The parameter that NAME, with or without the family's prefix, stands for; NULL: none. */
struct parameter *test_network_parameter(const struct test_network *n, const char *name);

#endif
