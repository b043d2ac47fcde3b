/// What the rows of a table add to the cells of their group.
protocol CellVariable: Sendable {
    /// The cells of a group.
    var cellCount: Int { get }
    /// The value that a cell's mean counts from.
    var origin: Double { get }
    /// Whether a row adds 1 to a single cell: rows of a cell are then alike.
    static var picksOneCell: Bool { get }
    /// The number of rows.
    var rowCount: Int { get }
    /// Whether a row is in the table's base.
    func isAnswered(_ row: Int) -> Bool
    /// Adds a row's values times a weight to the cells of its group.
    func add(_ weight: Double, of row: Int, to cells: UnsafeMutablePointer<Double>)
    /// The cell that a row adds to, where it picks one.
    func cell(of row: Int) -> Int
    /// The same rows in another order.
    func ordered(by order: [Int32]) -> Self
}

extension CellVariable {
    var origin: Double { 0 }
    func cell(of row: Int) -> Int { 0 }
}

extension CategoryCodes: CellVariable {
    static let picksOneCell = true
    var cellCount: Int { count }
    var rowCount: Int { codes.count }
    @inline(__always) func isAnswered(_ row: Int) -> Bool { codes[row] >= 0 }
    @inline(__always) func cell(of row: Int) -> Int { Int(codes[row]) }
    @inline(__always) func add(_ weight: Double, of row: Int, to cells: UnsafeMutablePointer<Double>) {
        cells[Int(codes[row])] += weight
    }
    func ordered(by order: [Int32]) -> Self {
        CategoryCodes(unchecked: order.map { codes[Int($0)] }, count: count)
    }

    private init(unchecked codes: [Int32], count: Int) { (self.codes, self.count) = (codes, count) }
}

extension OptionChoices: CellVariable {
    static let picksOneCell = false
    var cellCount: Int { count }
    var rowCount: Int { answered.count }
    @inline(__always) func isAnswered(_ row: Int) -> Bool { answered[row] }
    @inline(__always) func add(_ weight: Double, of row: Int, to cells: UnsafeMutablePointer<Double>) {
        let start = row * count
        for option in 0..<count where chosen[start + option] != 0 { cells[option] += weight }
    }
    func ordered(by order: [Int32]) -> Self {
        var rows = [UInt8]()
        rows.reserveCapacity(order.count * count)
        for row in order { rows.append(contentsOf: chosen[Int(row) * count..<(Int(row) + 1) * count]) }
        return OptionChoices(chosen: rows, answered: order.map { answered[Int($0)] }, count: count)
    }
}

extension NumberColumn: CellVariable {
    static let picksOneCell = false
    var cellCount: Int { 1 }
    var rowCount: Int { distances.count }
    @inline(__always) func isAnswered(_ row: Int) -> Bool { !distances[row].isNaN }
    @inline(__always) func add(_ weight: Double, of row: Int, to cells: UnsafeMutablePointer<Double>) {
        cells[0] += weight * distances[row]
    }
    func ordered(by order: [Int32]) -> Self {
        NumberColumn(distances: order.map { distances[Int($0)] }, origin: origin)
    }
}
