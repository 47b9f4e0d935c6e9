# SPDX-License-Identifier: Apache-2.0
# Warnings, hardening and instrumentation, for everything in this tree.

add_compile_options(
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wcast-qual
    -Wcast-align -Wwrite-strings -Wformat=2 -Wpointer-arith -Wnull-dereference
    -Wimplicit-fallthrough -fno-strict-aliasing -fno-math-errno
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
add_compile_definitions(_GNU_SOURCE)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init)
else()
    # clang's idea of these is wider than gcc's: NAN as a double, assert(!"text"), gcc's pragmas.
    add_compile_options(-Wno-double-promotion -Wno-string-conversion -Wno-string-concatenation
        -Wno-unknown-pragmas)
    # valgrind 3.19 cannot read the DWARF 5 that clang writes.
    add_compile_options(-gdwarf-4)
endif()
if(MPCF_WERROR)
    add_compile_options(-Werror)
endif()

set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_C_FLAGS_DEBUG "-Og -g3")
if(MPCF_FAST)
    add_compile_definitions(NDEBUG)
endif()

if(MPCF_FUZZ)
    # Coverage for libFuzzer in all code, and the sanitizers that see what it finds.
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "MPCF_FUZZ needs clang: -DCMAKE_C_COMPILER=clang")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
elseif(MPCF_SANITIZE)
    add_compile_options(-fsanitize=${MPCF_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${MPCF_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()
add_link_options(-Wl,-z,relro,-z,now)
