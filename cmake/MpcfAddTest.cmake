# SPDX-License-Identifier: Apache-2.0
# mpcf_add_test(source.c [LABELS label ...] [TIMEOUT seconds])
#
# One cmocka binary and one ctest entry a file. A binary holds all of the core, and exports it,
# so that plug-ins it loads use the same copy.
function(mpcf_add_test source)
    cmake_parse_arguments(TEST "" "TIMEOUT" "LABELS" ${ARGN})
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR}/tests ${CMAKE_CURRENT_SOURCE_DIR}/${source})
    string(REGEX REPLACE "\\.c$" "" name ${path})
    string(REPLACE "/" "-" name ${name})
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE mpcf_core_whole mpcf_test_support PkgConfig::CMOCKA)
    # Plug-ins that it loads ask for libmpcf.so and do not say where it is: the program's RPATH, unlike
    # its RUNPATH, is looked at for them, too.
    set_target_properties(${name} PROPERTIES ENABLE_EXPORTS ON BUILD_RPATH ${CMAKE_BINARY_DIR}/lib
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_options(${name} PRIVATE -Wl,--disable-new-dtags)
    add_test(NAME ${name} COMMAND ${name})
    if(NOT TEST_TIMEOUT)
        set(TEST_TIMEOUT 300)
    endif()
    set(environment OPENBLAS_NUM_THREADS=1 MPCF_PLUGIN_PATH=${MPCF_PLUGIN_BUILD_DIR}
        MPCF_TEST_PLUGINS=${CMAKE_BINARY_DIR}/test-plugins MPCF_HOST=${CMAKE_BINARY_DIR}/bin/mpcf-host
        MPCF_SOURCE_DIR=${CMAKE_SOURCE_DIR}
        ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_odr_violation=0)
    if(MPCF_SANITIZE MATCHES "address")
        # LeakSanitizer traces its own process, which roles let nobody do.
        list(APPEND environment MPCF_DUMPABLE=1)
    endif()
    # Skipped tests say so and end with 77.
    set_tests_properties(${name} PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT ${TEST_TIMEOUT}
        SKIP_RETURN_CODE 77 ENVIRONMENT "${environment}")
endfunction()
