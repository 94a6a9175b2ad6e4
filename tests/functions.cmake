# How tests are made: gridswarm_unit_test, gridswarm_mpi_test, gridswarm_pytest.
add_library(gridswarm_test_main OBJECT unit/main.cpp)
target_link_libraries(gridswarm_test_main PUBLIC doctest::doctest)

# All unit test programs: what the sanitizer presets build.
add_custom_target(unit_tests)

# Where wider validation data lie, if they do; tests that need them say so when they skip.
if(EXISTS ${PROJECT_SOURCE_DIR}/../shared/data)
  get_filename_component(shared_data ${PROJECT_SOURCE_DIR}/../shared/data ABSOLUTE)
  list(APPEND test_environment GRIDSWARM_SHARED_DATA=${shared_data})
endif()
set(GRIDSWARM_TEST_THREADS 1 CACHE STRING "OpenMP threads of a test; the thread sanitizer wants more than one")
list(APPEND test_environment OMP_NUM_THREADS=${GRIDSWARM_TEST_THREADS})

# gridswarm_unit_test(part file... [LABELS label...]): program unit_<part>, a test of that name.
function(gridswarm_unit_test part)
  cmake_parse_arguments(arg "" "" "LABELS" ${ARGN})
  add_executable(unit_${part} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(unit_${part} PRIVATE gridswarm::gridswarm gridswarm_test_main)
  gridswarm_flags(unit_${part})
  add_dependencies(unit_tests unit_${part})
  add_test(NAME unit_${part} COMMAND unit_${part})
  set_tests_properties(unit_${part} PROPERTIES LABELS "unit;${arg_LABELS}" TIMEOUT 300
    ENVIRONMENT "${test_environment}")
endfunction()

# mpirun as root in a container, with more ranks than cores, without pinning a rank to one core.
set(mpi_environment OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none)

# gridswarm_mpi_test(name file...): one program, tests mpi_<name>_<n> at 1, 2 and 4 ranks. A test
# case runs on every rank; it fails if a check fails on any of them.
function(gridswarm_mpi_test name)
  add_executable(mpi_${name} ${ARGN} ${PROJECT_SOURCE_DIR}/tests/distributed/main.cpp)
  target_link_libraries(mpi_${name} PRIVATE gridswarm::gridswarm doctest::doctest MPI::MPI_CXX)
  gridswarm_flags(mpi_${name})
  foreach(ranks 1 2 4)
    add_test(NAME mpi_${name}_${ranks}
      COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:mpi_${name}>)
    set_tests_properties(mpi_${name}_${ranks} PROPERTIES LABELS mpi PROCESSORS ${ranks} TIMEOUT 60
      ENVIRONMENT "${test_environment};${mpi_environment}")
  endforeach()
endfunction()

# gridswarm_pytest(folder): every test_*.py of tests/<folder>, one ctest test each, against the
# program and the Python package of this build.
function(gridswarm_pytest folder)
  if(NOT TARGET gridswarm_program)
    return()
  endif()
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/test_*.py)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "" name ${name})
    add_test(NAME ${folder}_${name}
      COMMAND ${Python_EXECUTABLE} -m pytest -q -rs -p no:cacheprovider ${file})
    set_tests_properties(${folder}_${name} PROPERTIES LABELS ${folder} TIMEOUT 600
      ENVIRONMENT "${test_environment};${mpi_environment};GRIDSWARM_PROGRAM=$<TARGET_FILE:gridswarm_program>;PYTHONPATH=${PROJECT_BINARY_DIR}/python;PYTHONDONTWRITEBYTECODE=1;MPLBACKEND=Agg")
  endforeach()
endfunction()
