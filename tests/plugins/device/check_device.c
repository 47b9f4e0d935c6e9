/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf-check-device DEVICE JSON [--small]: a device against the CPU, as a table and as a file. Ends with 0
 * where all is equal, 1 where something differs or fails, 77 where there is no such device, saying why.
 */
#include "plugins/device/check_device.h"

#include <string.h>

#define ROOM_DEVICE ((size_t) 2 << 30)
#define ROOM_SMALL  ((size_t) 256 << 20)
#define REPEATS     51

struct report {
    const struct device_facts *facts;
    const char *name;
    size_t compared, secure, count;
    const struct check_result *results;
};

static double rate(const struct check_result *r, double seconds)
{
    return seconds > 0 ? 1e-9 * (double) r->count * (double) r->rows * (double) r->depth *
                             (double) r->columns / seconds
                       : 0;
}

static void print_table(const struct report *report)
{
    printf("%s: %s (%s)\n", report->name, report->facts->name, report->facts->by);
    printf("%zu products modulo 2^k of odd shapes and operands are the CPU's bit for bit\n",
           report->compared);
    printf("%zu secure runs of a small network, a role or all on the device, send what they send "
           "on the "
           "CPU\n\n",
           report->secure);
    printf("%-20s %-26s %-6s %-6s %10s %14s %10s %10s\n", "", "shape", "bits", "equal", "ms",
           "10^9 mul-add/s", "copied ms", "CPU ms");
    for (size_t i = 0; i < report->count; i++) {
        const struct check_result *r = &report->results[i];
        char shape[64];

        (void) snprintf(shape, sizeof shape, "%zu x %zu x %zu x %zu", r->count, r->rows, r->depth,
                        r->columns);
        printf("%-20s %-26s %-6u %-6s %10.4f %14.1f %10.4f %10.4f\n", r->what, shape, r->bits,
               r->is_equal ? "yes" : "NO", 1e3 * r->seconds, rate(r, r->seconds), 1e3 * r->copied,
               1e3 * r->host_seconds);
    }
}

static void print_escaped(FILE *f, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\' || (unsigned char) *text < 0x20) {
            (void) fprintf(f, "\\u%04x", (unsigned) (unsigned char) *text);
        } else {
            (void) fputc(*text, f);
        }
    }
}

static void write_result(FILE *f, const struct check_result *r)
{
    (void) fprintf(f,
                   "    {\"what\": \"%s\", \"count\": %zu, \"rows\": %zu, \"depth\": %zu, "
                   "\"columns\": %zu, \"bits\": %u, \"equal\": %s, \"seconds\": %.9f, "
                   "\"seconds_with_copies\": %.9f, \"cpu_seconds\": %.9f}",
                   r->what, r->count, r->rows, r->depth, r->columns, r->bits,
                   r->is_equal ? "true" : "false", r->seconds, r->copied, r->host_seconds);
}

static int write_json(const struct report *report, const char *path)
{
    FILE *f = fopen(path, "w");

    if (f == NULL) {
        (void) fprintf(stderr, "%s cannot be written\n", path);
        return 1;
    }
    (void) fprintf(f, "{\n  \"device\": \"%s\",\n  \"hardware\": \"", report->name);
    print_escaped(f, report->facts->name);
    (void) fprintf(f, "\",\n  \"by\": \"");
    print_escaped(f, report->facts->by);
    (void) fprintf(f,
                   "\",\n  \"memory_bytes\": %zu,\n  \"exact_products\": %zu,\n  \"secure_runs\": "
                   "%zu,\n  \"products\": [\n",
                   report->facts->memory, report->compared, report->secure);
    for (size_t i = 0; i < report->count; i++) {
        write_result(f, &report->results[i]);
        (void) fprintf(f, "%s\n", i + 1 < report->count ? "," : "");
    }
    (void) fprintf(f, "  ]\n}\n");
    return fclose(f) == 0 ? 0 : 1;
}

static mpcf_status run(struct device_bench *device, struct device_bench *cpu, bool small,
                       struct report *report, mpcf_error *err)
{
    const size_t room = small ? ROOM_SMALL : ROOM_DEVICE;

    MPCF_TRY(device_open("cpu", &cpu->device, err));
    MPCF_TRY(device_bench_begin(cpu, room, err));
    MPCF_TRY(device_bench_begin(device, room, err));
    MPCF_TRY(check_exact(device, cpu, &report->compared, err));
    MPCF_TRY(check_secure(device_name(device->device), &report->secure, err));
    return check_speed(device, cpu, small ? 3 : REPEATS, small, &report->results, &report->count,
                       err);
}

static int judge(const struct report *report, const char *path)
{
    int failed = write_json(report, path);

    print_table(report);
    for (size_t i = 0; i < report->count; i++) {
        failed |= !report->results[i].is_equal;
    }
    return failed;
}

int main(int argc, char **argv)
{
    mpcf_error *err = mpcf_error_create();
    struct device_bench device = {NULL, NULL}, cpu = {NULL, NULL};
    struct report report = {0};
    int end = 1;

    if (argc < 3 || err == NULL) {
        (void) fprintf(stderr, "usage: mpcf-check-device DEVICE JSON [--small]\n");
        mpcf_error_destroy(err);
        return 1;
    }
    mpcf_status status = device_open(argv[1], &device.device, err);
    if (status == MPCF_OK) {
        report.name = device_name(device.device);
        report.facts = device_facts(device.device);
        status = run(&device, &cpu, argc > 3 && strcmp(argv[3], "--small") == 0, &report, err);
        end = status == MPCF_OK ? judge(&report, argv[2]) : 1;
    } else if (status == MPCF_E_UNSUPPORTED) {
        end = 77;
    }
    if (status != MPCF_OK) {
        (void) fprintf(stderr, "%s%s\n", end == 77 ? "skipped: " : "", mpcf_error_text(err));
    }
    device_bench_end(&device);
    device_bench_end(&cpu);
    mpcf_error_destroy(err);
    return end;
}
