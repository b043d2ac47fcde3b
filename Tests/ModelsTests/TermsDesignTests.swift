import Tables
import TestSupport
import Testing

@testable import Models

/// Columns of functions and contrasts against R, at rows of the data and at new values.
@Suite struct TermsDesignTests {
    /// The times at which the goldens were computed in R.
    static let times = [0, 0.5, 1, 1.5, 2, 3, 4, 4, 2.5, 0, 1, 3.5]

    struct Basis: Sendable, CustomStringConvertible {
        let description: String
        /// Rows 1, 5 and 9 (times 0, 2 and 2.5), one after another.
        let rows: [Double]
        /// Rows at the new times -1, 0.25, 2.2 and 5, one after another.
        let new: [Double]
    }

    // R 4.2.2: t <- c(0, 0.5, ..., 3.5); b <- ns(t, df = 3) and so on; rows: b[c(1, 5, 9), ];
    // new: predict(b, c(-1, 0.25, 2.2, 5)); signif(t(...), 15).
    static let bases = [
        Basis(
            description: "ns(t, df = 3)",
            rows: [
                0, 0, 0, 0.365119065899605, 0.450863035826284, -0.265982101725889, 0.525194486649848,
                0.353860105887993, -0.0892108425378416,
            ],
            new: [
                0.193593158873246, -0.629177766338048, 0.435584607464803, -0.0462968428969205, 0.155225481602491,
                -0.107463794955571, 0.446930266716104, 0.409389133172663, -0.203669399888767, -0.879699248120301,
                0.609022556390978, 1.27067669172932,
            ]),
        Basis(
            description: "ns(t, knots = c(1, 2.5))",
            rows: [
                0, 0, 0, 0.377543436078033, 0.452554876951087, -0.252320535251342, 0.52770946632254,
                0.354371601032379, -0.0695810673549194,
            ],
            new: [
                0.220266929464306, -0.660800788392917, 0.440533858928611, -0.0527554218157136, 0.162953765447141,
                -0.108635843631427, 0.459244093241064, 0.408667720276808, -0.187111813517872, -0.857142857142857,
                0.571428571428572, 1.28571428571429,
            ]),
        Basis(
            description: "ns(t, df = 4, intercept = TRUE)",
            rows: [
                -0.215387447585321, -0.193691692107198, 0.629497999348393, -0.435806307241195, 0.415177689082174,
                0.452328920019578, 0.167431009936371, -0.0697599299559492, 0.203626680676358, 0.569236770681772,
                0.210722682784242, 0.00988429653398635,
            ],
            new: [
                -1.18568605062956, -0.330485910100039, 1.07407920782513, -0.743593297725087, 0.0238704094189421,
                -0.15834476442675, 0.519381226574436, -0.359571618397686, 0.329718829333764, 0.517395461334421,
                0.180377250663132, -0.045122711997553, 0, -0.879699248120301, 0.609022556390978, 1.27067669172932,
            ]),
        Basis(
            description: "ns(t, knots = 2, Boundary.knots = c(0.5, 3.5))",
            rows: [
                -0.254456678903991, 0.169637785935994, 0.566262844046137, -0.210841896030758, 0.565210199124044,
                0.00590924996668694,
            ],
            new: [
                -0.763370036711974, 0.508913357807982, -0.127228339451996, 0.0848188929679971, 0.579157471981836,
                -0.144277820827397, -0.0751762018541199, 2.05011746790275,
            ]),
        Basis(
            description: "poly(t, 2)",
            rows: [
                -0.391918951539823, 0.384893100051274, 0.0170399544147749, -0.370709434722751, 0.119279680903424,
                -0.32831961675228,
            ],
            new: [
                -0.596398404517122, 1.31779145143183, -0.340799088295498, 0.209491125122128, 0.0579358450102348,
                -0.364855449214433, 0.630478313346672, 1.27137218308394,
            ]),
        Basis(
            description: "poly(t, 3)",
            rows: [
                -0.391918951539823, 0.384893100051274, -0.275749738749819, 0.0170399544147749, -0.370709434722751,
                -0.0592596850849571, 0.119279680903424, -0.32831961675228, -0.316923523119996,
            ],
            new: [
                -0.596398404517122, 1.31779145143183, -2.97176564380517, -0.340799088295498, 0.209491125122128,
                0.0328883317230952, 0.0579358450102348, -0.364855449214433, -0.170484412551757, 0.630478313346672,
                1.27137218308394, 3.09362358778269,
            ]),
        // Powers, by hand.
        Basis(
            description: "poly(t, 2, raw = TRUE)", rows: [0, 0, 2, 4, 2.5, 6.25],
            new: [-1, 1, 0.25, 0.0625, 2.2, 4.84, 5, 25]),
    ]

    /// A frame with time `t`, a factor `f` of three levels and one `g` of two, and a grouping factor.
    private func frame(
        _ right: String, contrasts: [String: Contrast] = [:], subset: String? = nil, times: [Double] = times
    ) throws -> ModelFrame {
        let count = times.count
        let table = try Table([
            ("y", .double((0..<count).map { Double($0 * $0 % 7) })), ("t", .double(times)),
            ("f", .text(TextColumn((0..<count).map { ["a", "b", "c"][$0 % 3] }))),
            ("g", .text(TextColumn((0..<count).map { ["low", "high"][$0 % 2] }))),
            ("pupil", .text(TextColumn((0..<count).map { "p\($0 / 3)" }))),
        ])
        return try ModelFrame(
            Formula(parsing: "y ~ \(right) + (1 | pupil)"), table: table, contrasts: contrasts,
            subset: subset.map { try RowCondition(parsing: $0) })
    }

    private func design(_ right: String, contrasts: [String: Contrast] = [:]) throws -> (PredictorDesign, ModelFrame) {
        let frame = try frame(right, contrasts: contrasts)
        return (
            PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings), frame
        )
    }

    private func expectClose(_ found: [Double], _ expected: [Double]) {
        #expect(found.count == expected.count)
        // R printed fifteen digits; bases are of the order of one.
        for (x, y) in zip(found, expected) { #expect(abs(x - y) < 1e-12 * max(1, abs(y)), "\(x), expected \(y)") }
    }

    @Test(arguments: bases) func basisAgreesWithR(basis: Basis) throws {
        let (design, frame) = try design("0 + \(basis.description)")
        let matrix = design.matrixByRows(frame.variables, rowCount: frame.rowCount)
        let width = design.columnCount
        expectClose([0, 4, 8].flatMap { Array(matrix[$0 * width..<($0 + 1) * width]) }, basis.rows)
        expectClose([-1, 0.25, 2.2, 5].flatMap { design.row([.number($0)]) }, basis.new)
        #expect(design.columnNames == (1...width).map { "\(basis.description)\($0)" })
    }

    @Test func aRowOfTheDataIsTheSameRowWhenItIsComputedAgain() throws {
        let (design, frame) = try design(
            "ns(t, df = 3):f + poly(t, 2) * g + scale(t) + I(t^2) + log(t + 1)", contrasts: ["f": .sum, "g": .helmert])
        let matrix = design.matrixByRows(frame.variables, rowCount: frame.rowCount)
        for row in 0..<frame.rowCount {
            let values: [VariableValue] = try design.variableNames.map { name in
                switch try #require(frame.variables[name]) {
                case .numeric(let numbers): .number(numbers[row])
                case .factor(_, let codes), .names(_, let codes): .level(Int(codes[row]))
                }
            }
            #expect(design.row(values) == Array(matrix[row * design.columnCount..<(row + 1) * design.columnCount]))
        }
    }

    // Expected: colnames(model.matrix(~ ..., contrasts.arg = list(...))) of R 4.2.2.
    static let names: [(String, [String: Contrast], [String])] = [
        (
            "poly(t, 1) + ns(t, df = 1) + scale(t) + I(t^2) + poly(t, 2)", [:],
            [
                "(Intercept)", "poly(t, 1)", "ns(t, df = 1)", "scale(t)", "I(t^2)", "poly(t, 2)1", "poly(t, 2)2",
            ]
        ),
        (
            "ns(t, df = 2) * g", [:],
            [
                "(Intercept)", "ns(t, df = 2)1", "ns(t, df = 2)2", "glow", "ns(t, df = 2)1:glow", "ns(t, df = 2)2:glow",
            ]
        ),
        (
            "ns(t, df = 2):f", ["f": .sum],
            [
                "(Intercept)", "ns(t, df = 2)1:fa", "ns(t, df = 2)2:fa", "ns(t, df = 2)1:fb", "ns(t, df = 2)2:fb",
                "ns(t, df = 2)1:fc", "ns(t, df = 2)2:fc",
            ]
        ),
        ("t * f", ["f": .sum], ["(Intercept)", "t", "f1", "f2", "t:f1", "t:f2"]),
        ("t * f", ["f": .treatment(reference: "b")], ["(Intercept)", "t", "fa", "fc", "t:fa", "t:fc"]),
        ("0 + f", ["f": .helmert], ["fa", "fb", "fc"]),
        ("f * g", ["f": .helmert, "g": .sum], ["(Intercept)", "f1", "f2", "g1", "f1:g1", "f2:g1"]),
    ]

    @Test(arguments: names)
    func namesColumnsAsRDoes(right: String, contrasts: [String: Contrast], expected: [String]) throws {
        #expect(try design(right, contrasts: contrasts).0.columnNames == expected)
    }

    // contr.treatment(4), contr.treatment(4, base = 2), contr.sum(4) and contr.helmert(4) of R 4.2.2, column by column.
    static let codings: [(Contrast, [[Double]], [String])] = [
        (.treatment, [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], ["b", "c", "d"]),
        (.treatment(reference: "b"), [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], ["a", "c", "d"]),
        (.sum, [[1, 0, 0, -1], [0, 1, 0, -1], [0, 0, 1, -1]], ["1", "2", "3"]),
        (.helmert, [[-1, 1, 0, 0], [-1, -1, 2, 0], [-1, -1, -1, 3]], ["1", "2", "3"]),
    ]

    @Test(arguments: codings)
    func codesAsRDoes(contrast: Contrast, columns: [[Double]], suffixes: [String]) {
        let coded = contrast.columns(levels: ["a", "b", "c", "d"])
        #expect(coded.map(\.values) == columns)
        #expect(coded.map(\.suffix) == suffixes)
    }

    @Test func polynomialsAreOrthonormalUpToTheLastDegree() throws {
        let (design, frame) = try design("0 + poly(t, 8)")
        let matrix = design.matrixByRows(frame.variables, rowCount: frame.rowCount)
        for first in 0..<8 {
            for second in 0...first {
                let product = (0..<frame.rowCount).reduce(0) { $0 + matrix[$1 * 8 + first] * matrix[$1 * 8 + second] }
                #expect(abs(product - (first == second ? 1 : 0)) < 1e-10, "\(first), \(second)")
            }
        }
    }

    @Test func offsetsAddUp() throws {
        #expect(try frame("t + offset(2 * t) + offset(t^2)").offset == Self.times.map { 2 * $0 + $0 * $0 })
        #expect(try frame("t").offset == nil)
    }

    @Test func basesAreComputedOnTheSubset() throws {
        // R: poly(t[t < 3], 1)[c(1, 2)].
        let frame = try frame("poly(t, 1)", subset: "t < 3")
        let design = PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings)
        let kept = Self.times.filter { $0 < 3 }
        let mean = kept.reduce(0, +) / Double(kept.count)
        let length = kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
        expectClose(design.row([.number(5)]), [1, (5 - mean) / length])
        #expect(frame.rowsOutsideSubset == Self.times.count - kept.count && frame.rowCount == kept.count)
    }

    @Test(arguments: [
        (
            "log(t)",
            "'log(t)' is not a finite number in data row 1. Correct the value, or leave the row out by 'subset'."
        ),
        (
            "offset(1/(t - 1.5))",
            "'offset(1/(t - 1.5))' is not a finite number in data row 4. Correct the value, or leave the row out by "
                + "'subset'."
        ),
        (
            "poly(t, 9)",
            "'poly(t, 9)' needs at least 10 distinct values; the complete rows have 9. Use a lower degree, or fewer "
                + "degrees of freedom."
        ),
        (
            "ns(t, knots = 4)",
            "the knots of 'ns(t, knots = 4)' are 4; they must rise between the boundary knots 0 and 4. The values are too "
                + "few or repeat too often: use fewer degrees of freedom, or give other knots."
        ),
        (
            "poly(f, 2)",
            "column 'f' is text; the argument of 'poly(f, 2)' must be a number. Check its cells, or declare which texts are missing."
        ),
    ])
    func saysWhyAFunctionCannotBeComputed(right: String, message: String) {
        #expect(Self.message { _ = try frame(right) } == message)
    }

    @Test func saysWhenASplineHasTooFewValues() {
        let few: [Double] = Self.times.map { $0 < 1 ? 0 : $0 < 2.5 ? 1 : 2 }
        #expect(
            Self.message { _ = try frame("ns(t, knots = c(0.5, 1.5))", times: few) }
                == "'ns(t, knots = c(0.5, 1.5))' needs at least 4 distinct values; the complete rows have 3. Use a lower "
                + "degree, or fewer degrees of freedom.")
        #expect(
            Self.message { _ = try frame("ns(t, df = 3)", times: few) }.hasPrefix(
                "'ns(t, df = 3)' needs at least 4 distinct values; the complete rows have 3."))
        // Half of the rows at the first moment: the median is the lower boundary knot.
        let early: [Double] = [0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5]
        #expect(
            Self.message { _ = try frame("ns(t, df = 3)", times: early) }.hasPrefix(
                "the knots of 'ns(t, df = 3)' are 0, 1.333333; they must rise between the boundary knots 0 and 5."))
    }

    @Test func saysWhenAContrastDoesNotFit() {
        #expect(
            Self.message { _ = try frame("t + f", contrasts: ["t": .sum]) }
                == "contrasts are declared for column 't', which holds numbers. Declare it as a factor under data, columns."
        )
        #expect(
            Self.message { _ = try frame("t + g", contrasts: ["g": .treatment(reference: "lov")]) }
                == "'lov' is not a level of factor 'g'. Did you mean 'low'?")
    }

    @Test(arguments: [
        ("tt < 3", "in the subset, at character 1: unknown column 'tt'. Did you mean 't'?\n    tt < 3\n    ^"),
        (
            "t < 3 and f == banana",
            "in the subset, at character 16: unknown column 'banana'. A text stands in quotation marks: \"banana\".\n"
                + "    t < 3 and f == banana\n                   ^"
        ),
        (
            "t == \"3\"",
            "in the subset, at character 6: column 't' is a number and '3' is text: they cannot be compared. Write 3 "
                + "without quotation marks.\n    t == \"3\"\n         ^"
        ),
        (
            "f in [\"a\", 2]",
            "in the subset, at character 12: column 'f' is text and 2 is a number: they cannot be compared. Write \"2\".\n"
                + "    f in [\"a\", 2]\n               ^"
        ),
        (
            "f < \"b\"",
            "in the subset, at character 1: '<' compares numbers, and column 'f' is text. Use '==', '!=' or 'in'.\n"
                + "    f < \"b\"\n    ^"
        ),
        (
            "g != \"hihg\"",
            "in the subset, at character 6: column 'g' never is 'hihg'. Did you mean 'high'?\n"
                + "    g != \"hihg\"\n         ^"
        ),
        ("t > 100", "no row of 12 is in the subset 't > 100'. Check its columns and values."),
    ])
    func saysWhyASubsetDoesNotFit(condition: String, message: String) {
        #expect(Self.message { _ = try frame("t", subset: condition) } == message)
    }

    private static func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }
}

/// Which rows a condition keeps.
@Suite struct TermsSubsetTests {
    private func rows(_ condition: String) throws -> [Int] {
        let table = try Table([
            ("x", .double([1, 2, 3, .nan, 5])), ("n", .int([1, 1, 2, 3, Column.missingInt])),
            ("c", .text(TextColumn(["a", "b", nil, "a", "c"]))),
            ("f", .factor(Factor(levels: ["a", "b", "c"], codes: [0, 0, 1, 1, -1]))),
        ])
        return try RowCondition(parsing: condition).rows(of: table)
    }

    // Expected: which(condition) of R 4.2.2 less one, with == for in [..] on missing values (%in% calls them FALSE).
    @Test(arguments: [
        ("x <= 2", [0, 1]), ("not x <= 2", [2, 4]), ("x != 2", [0, 2, 4]), ("2 < x", [2, 4]), ("x > n", [1, 2]),
        ("c == \"a\"", [0, 3]), ("c != 'a'", [1, 4]), ("c in [\"a\", \"b\"]", [0, 1, 3]),
        ("c not in [\"a\"]", [1, 4]), ("not (c in [\"a\"])", [1, 4]), ("f == c", [0]), ("f != \"c\"", [0, 1, 2, 3]),
        ("x > 4 or c == \"a\"", [0, 3, 4]), ("x > 1 and c != \"a\"", [1, 4]),
        ("x == 1 or x == 2 and n == 1", [0, 1]), ("(x == 1 or x == 2) and c == \"b\"", [1]),
        ("n in [2, 3]", [2, 3]), ("x > -1", [0, 1, 2, 4]), ("`x` >= 2.5e0", [2, 4]),
    ])
    func keepsTheRowsForWhichItIsTrue(condition: String, expected: [Int]) throws {
        #expect(try rows(condition) == expected)
    }

    @Test func namesItsColumns() throws {
        #expect(try RowCondition(parsing: "b == 1 and (a in [2] or b > c)").columns == ["b", "a", "c"])
    }
}
