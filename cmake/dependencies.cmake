# Third parties of the compiled library, found once; gridswarm-config.cmake.in finds the same again
# for those who link it. Tests, benchmarks, the program and Python look for their own.
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
find_package(tomlplusplus REQUIRED)

# random.ipp uses the Random123 headers; headers mode so needs them where it is used, too.
find_path(Random123_INCLUDE_DIR Random123/philox.h)
if(NOT Random123_INCLUDE_DIR)
  message(FATAL_ERROR "Random123/philox.h was not found: install librandom123-dev, or set Random123_INCLUDE_DIR")
endif()

if(GRIDSWARM_MPI)
  set(MPI_CXX_SKIP_MPICXX ON)  # the C interface only; Open MPI's old C++ one would need its own library
  find_package(MPI COMPONENTS CXX)
  if(NOT MPI_CXX_FOUND)
    message(FATAL_ERROR "GRIDSWARM_MPI is on, but no MPI was found: install libopenmpi-dev and openmpi-bin, or configure with -DGRIDSWARM_MPI=OFF")
  endif()
endif()

if(GRIDSWARM_HDF5)
  find_package(HDF5 COMPONENTS C HL)
  if(NOT HDF5_FOUND)
    message(FATAL_ERROR "GRIDSWARM_HDF5 is on, but no HDF5 was found: install libhdf5-dev, or configure with -DGRIDSWARM_HDF5=OFF")
  endif()
endif()

if(GRIDSWARM_KLU)
  include(${CMAKE_CURRENT_LIST_DIR}/klu.cmake)
  if(NOT TARGET gridswarm_klu::klu)
    message(FATAL_ERROR "GRIDSWARM_KLU is on, but no KLU was found: install libsuitesparse-dev, or configure with -DGRIDSWARM_KLU=OFF")
  endif()
endif()
