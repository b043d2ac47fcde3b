import Testing

@testable import Surveys

@Suite("Classes of numbers")
struct NumberBandsTests {
    // R 4.2.2: cut(x, c(-Inf, 25, 50, 75, Inf)), and with right = FALSE.
    @Test("A number on a boundary goes to the class below, or to the one above: R's cut")
    func boundaries() throws {
        let values = [0, 25, 25.1, 26, 50, 51, 75, 76, 100, .nan]
        let below = try NumberBands(boundaries: [25, 50, 75], range: 0...100)
        #expect(try below.codes(of: values) == [0, 0, 1, 1, 1, 2, 2, 3, 3, -1])
        let above = try NumberBands(boundaries: [25, 50, 75], range: 0...100, classOfBoundary: .above)
        #expect(try above.codes(of: values) == [0, 1, 1, 1, 2, 2, 3, 3, 3, -1])
    }

    @Test("Names say which end a class has, and the range where it ends")
    func names() throws {
        #expect(
            try NumberBands(boundaries: [25, 50]).names == ["up to 25", "above 25 to 50", "above 50"])
        #expect(
            try NumberBands(boundaries: [25, 50], classOfBoundary: .above).names
                == ["below 25", "25 to below 50", "50 or above"])
        #expect(try NumberBands(boundaries: [0.5], range: 0...1).names == ["0 to 0.5", "above 0.5 to 1"])
        #expect(
            try NumberBands(boundaries: [0.5], range: 0...1, classOfBoundary: .above).names
                == ["0 to below 0.5", "0.5 to 1"])
    }

    @Test("Mistakes are told by position")
    func mistakes() throws {
        #expect(throws: SurveyError.analysis(.tooFewGroups(found: 1, needed: 2))) { try NumberBands(boundaries: []) }
        #expect(
            message { _ = try NumberBands(boundaries: [25, 25], range: 0...100) }
                == "boundary 2 is 25.0; expected a number above 25.0 and below 100.0. Correct it or leave it out.")
        #expect(
            message { _ = try NumberBands(boundaries: [0, 25], range: 0...100) }
                == "boundary 1 is 0.0; expected a number above 0.0 and below 100.0. Correct it or leave it out.")
        #expect(
            message { _ = try NumberBands(boundaries: [.nan]) }
                == "boundary 1 is missing; expected a number above -inf and below inf. Correct it or leave it out.")
        #expect(
            message { _ = try NumberBands(boundaries: [50], range: 0...100).codes(of: [3, 120]) }
                == "value 2 is 120.0; expected 0.0 to 100.0. Correct it or leave it out.")
        #expect(throws: SurveyError.self) { try NumberBands(boundaries: [50]).codes(of: [.infinity]) }
    }
}

/// The message of what a piece of work throws.
func message(_ work: () throws -> Void) -> String? {
    do {
        try work()
        return nil
    } catch {
        return "\(error)"
    }
}
