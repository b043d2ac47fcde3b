/// A Frictionless data package: the content of `datapackage.json`, which describes every table and column.
///
/// Data Package v1, https://specs.frictionlessdata.io/data-package/.
struct DataPackage: Encodable {
    struct Field: Encodable {
        let name: String
        let type: String
        let description: String
        let unit: String?
    }

    struct Schema: Encodable {
        let fields: [Field]
        let missingValues = [""]
    }

    struct Dialect: Encodable {
        let delimiter = ","
        let lineTerminator = "\n"
        let header = true
    }

    struct Resource: Encodable {
        let profile = "tabular-data-resource"
        let name: String
        let path: String
        let description: String
        let format = "csv"
        let mediatype = "text/csv"
        let encoding = "utf-8"
        let bytes: Int
        let hash: String
        let dialect = Dialect()
        let schema: Schema
    }

    let profile = "tabular-data-package"
    let name: String
    let title: String
    let resources: [Resource]

    init(name: String, title: String, tables: [WrittenTable]) {
        // A package's name is restricted to lower-case letters, digits, '.', '_' and '-'.
        self.name = String(
            name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
        self.title = title
        resources = tables.map { table in
            Resource(
                name: table.schema.name, path: table.schema.fileName, description: table.schema.description,
                bytes: table.byteCount, hash: "sha256:" + table.sha256,
                schema: Schema(
                    fields: table.schema.columns.map {
                        Field(
                            name: $0.name, type: $0.type.rawValue, description: $0.description,
                            unit: $0.unit.isEmpty ? nil : $0.unit)
                    }))
        }
    }
}
