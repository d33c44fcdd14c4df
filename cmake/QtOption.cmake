# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later

# BITDESK_GUI_ENABLED, and Qt with QCustomPlot where it is on. A build without them needs no Qt at all.
set(BITDESK_GUI_ENABLED OFF)
if(NOT BITDESK_GUI STREQUAL "OFF")
  find_package(Qt6 6.4 QUIET COMPONENTS Widgets PrintSupport Svg Test)
  if(Qt6_FOUND)
    find_package(QCustomPlotQt6 QUIET)
  endif()
  if(Qt6_FOUND AND QCustomPlotQt6_FOUND)
    set(BITDESK_GUI_ENABLED ON)
  elseif(BITDESK_GUI STREQUAL "ON")
    message(FATAL_ERROR "BITDESK_GUI=ON, but Qt 6 (Widgets, PrintSupport, Svg, Test) or QCustomPlot was not found")
  endif()
endif()
message(STATUS "Workbench (Qt): ${BITDESK_GUI_ENABLED}")
