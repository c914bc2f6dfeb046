#include "cli/table.h"

#include <utility>

#include "base/assert.h"

namespace millrace::cli {
namespace {

bool fits(Type type, const Cell& cell) {
  switch (type) {
    case Type::text: return std::holds_alternative<std::string>(cell);
    case Type::whole: return std::holds_alternative<std::int64_t>(cell);
    case Type::real: return std::holds_alternative<double>(cell);
    case Type::flag: return std::holds_alternative<bool>(cell);
    case Type::texts: return std::holds_alternative<std::vector<std::string>>(cell);
    case Type::wholes: return std::holds_alternative<std::vector<std::int32_t>>(cell);
  }
  return false;
}

}  // namespace

std::string_view type_name(Type type) {
  switch (type) {
    case Type::text: return "text";
    case Type::whole: return "whole number";
    case Type::real: return "number";
    case Type::flag: return "true or false";
    case Type::texts: return "list of texts";
    case Type::wholes: return "list of whole numbers";
  }
  return "";
}

void Table::add(std::vector<Cell> row) {
  MR_ASSERT(row.size() == spec_->columns.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    MR_ASSERT(std::holds_alternative<std::monostate>(row[i]) || fits(spec_->columns[i].type, row[i]));
  }
  rows_.push_back(std::move(row));
}

}  // namespace millrace::cli
