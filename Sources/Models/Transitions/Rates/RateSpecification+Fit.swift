import Tables

extension RateSpecification {
    /// The data; nil where the figures stand in the model file.
    func table() throws -> Table? { try dataPath.map { try readCSV(path: $0, options: csv) } }

    /// Fits the model.
    func fit(name: String, table: Table?, baseline: BaselineDeclaration?) throws(ModelError) -> TransitionsResult {
        throw .report("rates are not fitted yet")
    }
}
