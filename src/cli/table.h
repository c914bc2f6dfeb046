#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace::cli {

// What a command prints, as data: every format is a view of these tables, so none can know more than another.

enum class Type : std::uint8_t { text, whole, real, flag, texts, wholes };
std::string_view type_name(Type type);

// One column. The name is its key in JSON and its heading elsewhere: lower case, no blanks, never changed.
struct Column {
  std::string_view name;
  Type type;
  std::string_view about;  // with units
};

// How a table is laid out for people: rows of a grid; or lines of "name value", for exactly one row, which is an object
// instead of a list in JSON; or such lines for each row.
enum class Shape : std::uint8_t { grid, one, blocks };

struct TableSpec {
  std::string_view name;
  std::span<const Column> columns;
  Shape shape = Shape::grid;
};

// One value; none where there is none to tell.
using Cell = std::variant<std::monostate, std::string, std::int64_t, double, bool, std::vector<std::string>,
                          std::vector<std::int32_t>>;

// A cell of something that may be absent.
template <typename T>
Cell maybe(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}
// A number for which a negative one means that nobody knows.
inline Cell known(std::int64_t value) { return value < 0 ? Cell() : Cell(value); }
// Any whole number.
inline Cell whole(std::int64_t value) { return value; }

// Rows of one shape. A plain value.
class Table {
 public:
  // `spec` must outlive the table.
  explicit Table(const TableSpec& spec) : spec_(&spec) {}
  // Precondition: one cell per column, each of the column's type or none.
  void add(std::vector<Cell> row);
  const TableSpec& spec() const { return *spec_; }
  const std::vector<std::vector<Cell>>& rows() const { return rows_; }

 private:
  const TableSpec* spec_;
  std::vector<std::vector<Cell>> rows_;
};

// The tables that one call of a command prints.
struct Report {
  std::string_view command;
  std::vector<Table> tables;
};

}  // namespace millrace::cli
