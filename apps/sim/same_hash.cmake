# cmake -DSIM=program -DOTHER=program -P same_hash.cmake
# Runs the same seeds twice with SIM and once with OTHER, if it exists and is not SIM: what they print, hashes and all,
# must be equal.
set(arguments --seeds 25 --from 500)
function(run program result)
  execute_process(COMMAND ${program} ${arguments} OUTPUT_VARIABLE printed ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
  set(${result} "${printed}" PARENT_SCOPE)
endfunction()

run(${SIM} first)
run(${SIM} second)
if(NOT first STREQUAL second)
  message(FATAL_ERROR "two processes took different paths:\n${first}\n${second}")
endif()
if(EXISTS ${OTHER} AND NOT OTHER STREQUAL SIM)
  run(${OTHER} third)
  if(NOT first STREQUAL third)
    message(FATAL_ERROR "two builds took different paths (both must be of the same sources: ./dev test builds them):\n"
                        "${first}\n${third}")
  endif()
endif()
message("${first}")
