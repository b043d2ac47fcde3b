import Foundation
import TestSupport
import Testing
import Transitions

@testable import Models

@Suite("Published flows of school careers") struct FlowPublishedTests {
    static let text = """
        kind: transitions
        baseline: {cohorts: [2018/19], kind: mean}
        margin: 1
        better: lower
        flows:
          tracks: [{name: havo, grades: 3}]
          ends: [left]
          start: {havo: 1, assumption: all}
          indicators: [retention, years_to_diploma, left, without_delay_diploma]
          figures:
            - {years: [2018/19], from: grades, to: {retained: 10}, n: 900, source: report}
            - {years: [2019/20], from: grades, to: {retained: 5}, n: 900, design_effect: 4, source: report}
            - {from: grades, to: {left: {percent: 2, std_error: 0.5}}, assumption: few}
        """

    /// Every grade ends with r = retained, l = left and the rest onward.
    @Test("A figure that holds in all grades errs in all of them alike") func sharedError() throws {
        let model = try FlowModelTests.fitted(Self.text)
        let years = try FlowModelTests.estimate(model, "years_to_diploma:2018/19")
        #expect(relativeDifference(years.value, 3 / 0.9) < 1e-14)
        // One r for all three grades: d(3 / (1 - r)) = 3 / (1 - r)^2 dr.
        let error = (0.1 * 0.9 / 900).squareRoot()
        #expect(relativeDifference(years.standardError, 3 / (0.9 * 0.9) * error) < 1e-13)
        let later = try FlowModelTests.estimate(model, "years_to_diploma:2019/20")
        #expect(
            relativeDifference(later.standardError, 3 / (0.95 * 0.95) * 2 * (0.05 * 0.95 / 900).squareRoot()) < 1e-13)
        let left = try FlowModelTests.estimate(model, "left:2018/19")
        let onward = 0.88 / 0.9
        #expect(relativeDifference(left.value, 100 * (1 - onward * onward * onward)) < 1e-13)
        let prompt = try FlowModelTests.estimate(model, "without_delay_diploma:2018/19")
        #expect(relativeDifference(prompt.value, 100 * 0.88 * 0.88 * 0.88) < 1e-14)
        let slope = 3 * 0.88 * 0.88
        #expect(
            relativeDifference(prompt.standardError, 100 * slope * (error * error + 0.005 * 0.005).squareRoot()) < 1e-12
        )
    }

    @Test("An assumption of all years makes no difference between years less sure") func sharedAssumption() throws {
        let model = try FlowModelTests.fitted(Self.text)
        let estimates = try #require(model.fit.estimates)
        let places = try ["2018/19", "2019/20"].map { year in
            try #require(estimates.labels.firstIndex { $0.outcome == "without_delay_diploma" && $0.cohort == year })
        }
        var weights = estimates.labels.map { _ in 0.0 }
        (weights[places[0]], weights[places[1]]) = (-1, 1)
        let change = estimates.functional(weights)
        // Slopes of p^3 in l: -3 p^2 in each year; what is left of the assumption is their difference.
        let errors = (0.1 * 0.9 / 900, 4 * 0.05 * 0.95 / 900)
        let slopes = (3 * 0.88 * 0.88, 3 * 0.93 * 0.93)
        let shared = (slopes.1 - slopes.0) * 0.005
        let variance = slopes.0 * slopes.0 * errors.0 + slopes.1 * slopes.1 * errors.1 + shared * shared
        #expect(relativeDifference(change.standardError, 100 * variance.squareRoot()) < 1e-12)
    }

    @Test("Baseline flows of several years are the mean of their probabilities") func pooled() throws {
        let text = Self.text.replacingOccurrences(of: "cohorts: [2018/19]", with: "cohorts: [2018/19, 2019/20]")
        let flows = try #require(try FlowModelTests.fitted(text).transitions?.flows?.fitted)
        let place = try #require(flows.logOdds.labels.firstIndex(of: FlowLabel(group: "", from: 0, to: 0)))
        let (r, p) = (0.075, 1 - 0.075 - 0.02)
        #expect(relativeDifference(flows.logOdds.values[place], log(r / p)) < 1e-13)
        // d log(r / p) = dr (1 / r + 1 / p) + dl / p, with dr the mean of two.
        let rate = (0.1 * 0.9 / 900 + 4 * 0.05 * 0.95 / 900) / 4
        let variance = rate * (1 / r + 1 / p) * (1 / r + 1 / p) + 0.005 * 0.005 / (p * p)
        #expect(relativeDifference(flows.logOdds.covariance[place, place], variance) < 1e-12)
        let other = try #require(flows.logOdds.labels.firstIndex(of: FlowLabel(group: "", from: 1, to: 1)))
        #expect(
            relativeDifference(flows.logOdds.covariance[place, other], variance) < 1e-12, "one figure for all grades")
    }

    @Test("What is assumed is named, and the basis of every transition said") func bases() throws {
        let model = try FlowModelTests.fitted(Self.text)
        let note = try #require(model.fit.diagnostics.first { $0.name == "assumed_figures" })
        #expect(note.isWarning && note.value == 2)
        #expect(note.note == "not published: 2% left of grades; first placed in havo")
        let rows = try #require(model.transitions?.flows?.rows)
        #expect(Set(rows.filter { $0.move == .retained }.map(\.basis)) == [.published])
        #expect(Set(rows.filter { $0.move == .left }.map(\.basis)) == [.assumed])
        #expect(Set(rows.filter { $0.move == .promoted }.map(\.basis)) == [.rest])
    }

    /// Second progress report NP Onderwijs (2022), Figuur 1: 5.91, 3.29 and 5.97%; letter of 2023: about 22% above, 20% below.
    @Test("The shipped model reproduces the published retention and placements") func shipped() throws {
        let model = try ModelFile(path: repositoryFile("models/school-careers.yaml")).fit()
        for (year, published) in [("2018/19", 5.91), ("2019/20", 3.29), ("2020/21", 5.97)] {
            let retention = try FlowModelTests.estimate(model, "retention:vo:\(year)")
            #expect(abs(retention.value - published) < 0.01, "\(year)")
        }
        let above = try FlowModelTests.estimate(model, "above_placement:vo:2018/19")
        let below = try FlowModelTests.estimate(model, "below_placement:vo:2018/19")
        #expect(abs(above.value - 22) < 0.5 && abs(below.value - 20) < 0.5)
    }
}
