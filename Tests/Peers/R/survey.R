# Design-based estimates by R's survey package, one "name<TAB>value" a line, for SurveyPeerTests.swift.
# Arguments: the folder of the api data, the design's name, the policy for lonely clusters.
suppressMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]; name <- arguments[2]
options(survey.lonely.psu = arguments[3])
read <- function(file) read.csv(file.path(folder, file))
emit <- function(name, value) cat(name, "\t", format(as.numeric(value), digits = 17), "\n", sep = "")
emit_all <- function(name, values) for (i in seq_along(values)) emit(paste(name, i), values[[i]])
emit_covariance <- function(name, v) {
  v <- as.matrix(v)
  for (i in seq_len(nrow(v))) for (j in seq_len(i)) emit(paste(name, "covariance", i, j), v[i, j])
}
emit_statistic <- function(name, statistic) {
  emit_all(name, coef(statistic)); emit_covariance(name, vcov(statistic))
}

parity <- function(data) { data$one <- 1; data$band <- data$dnum %/% 100; data }
design <- switch(name,
  srs = svydesign(~1, weights = ~pw, fpc = ~fpc, data = read("apisrs.csv")),
  replacement = svydesign(~1, weights = ~I(31 + 0 * pw), data = read("apisrs.csv")),
  strat = svydesign(~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = read("apistrat.csv")),
  clus1 = svydesign(~dnum, weights = ~pw, fpc = ~fpc, data = read("apiclus1.csv")),
  clus2 = svydesign(~dnum + snum, weights = ~pw, fpc = ~fpc1 + fpc2, data = read("apiclus2.csv")),
  clus2_without_fpc = svydesign(~dnum + snum, weights = ~pw, data = read("apiclus2.csv")),
  # Bands of district numbers as strata: some hold a single district.
  lonely = svydesign(~dnum, strata = ~band, weights = ~pw, data = parity(read("apiclus1.csv"))),
  # Bands 1 to 3 drawn whole, others not: strata without variance beside lonely ones.
  lonely_certain = {
    data <- parity(read("apiclus1.csv"))
    drawn <- tapply(data$dnum, data$band, function(x) length(unique(x)))
    data$size <- drawn[as.character(data$band)] + ifelse(data$band <= 3, 0, 5)
    svydesign(~dnum, strata = ~band, weights = ~pw, fpc = ~size, data = data)
  },
  # One school more in every district than there is: single schools are lonely at the second stage.
  lonely_second = {
    data <- read("apiclus2.csv"); data$fpc2 <- data$fpc2 + 1
    svydesign(~dnum + snum, weights = ~pw, fpc = ~fpc1 + fpc2, data = data)
  },
  # Schools drawn by type within districts that have a type with two schools or more.
  lonely_average = {
    data <- parity(read("apiclus1.csv"))
    counts <- table(data$dnum, data$stype)
    data <- data[data$dnum %in% rownames(counts)[apply(counts, 1, max) > 1], ]
    data$many <- 500
    svydesign(~dnum + snum, strata = ~one + stype, weights = ~pw, fpc = ~fpc + many, data = data)
  })

emit("degrees", degf(design))
means <- svymean(~api00 + api99, design, deff = TRUE)
emit_statistic("mean", means)
emit_all("deff mean", deff(means))
emit_all("deff replace", deff(svymean(~api00 + api99, design, deff = "replace")))
totals <- svytotal(~enroll + api00, design, na.rm = TRUE, deff = TRUE)
emit_statistic("total", totals)
emit_all("deff total", deff(totals))
shares <- svymean(~stype, design, deff = TRUE)
emit_statistic("share", shares)
emit_all("deff share", deff(shares))
emit_statistic("count", svytotal(~stype, design))
emit_statistic("listwise", svymean(~acs.k3 + acs.46 + api00, design, na.rm = TRUE))

by <- svyby(~api00 + api99, ~stype, design, svymean, deff = TRUE)
emit_all("by", as.vector(t(as.matrix(by[, c("api00", "api99")]))))
emit_all("se by", as.vector(t(SE(by))))
emit_all("deff by", as.vector(t(as.matrix(by[, grep("DEff", names(by))]))))
# survey 4.1-1's svyby leaves covariances of groups at zero; means of groups are ratios, whose covariances it has.
types <- sort(unique(design$variables$stype))
values <- sapply(types, function(t) (design$variables$stype == t) * design$variables$api00)
inside <- sapply(types, function(t) 1 * (design$variables$stype == t))
ratios <- svyratio(values, inside, design, covmat = TRUE)
own <- (seq_along(types) - 1) * length(types) + seq_along(types)
emit_covariance("groups", ratios$vcov[own, own])

ratio <- svyratio(~api.stu + api00, ~enroll + api99, design, covmat = TRUE, na.rm = TRUE, deff = TRUE)
emit_all("ratio", as.vector(ratio$ratio)); emit_covariance("ratio", ratio$vcov)
emit_all("deff ratio", as.vector(attr(ratio, "deff")))

variance <- svyvar(~api00, design)
emit_statistic("variance", variance)
emit("deviation se", SE(svycontrast(variance, quote(sqrt(api00)))))
emit("variance E", coef(svyvar(~api00, subset(design, stype == "E"))))
emit("se variance E", SE(svyvar(~api00, subset(design, stype == "E"))))

contrast <- svycontrast(totals, quote(enroll / api00))
emit("contrast", coef(contrast)); emit("se contrast", SE(contrast))
linear <- svycontrast(means, c(api00 = 1, api99 = -1))
emit("difference", coef(linear)); emit("se difference", SE(linear))
interval <- confint(means, df = degf(design), level = 0.9)
emit_all("interval", as.vector(interval))

for (part in c("all", "E")) {
  d <- if (part == "E") subset(design, stype == "E") else design
  for (rule in c("math", "school", "hf7")) for (type in c("mean", "beta", "xlogit", "asin")) {
    if (type != "mean" && rule != "math") next
    q <- suppressWarnings(svyquantile(~api00, d, c(0.1, 0.25, 0.5, 0.9), qrule = rule, interval.type = type))$api00
    for (i in 1:4) emit_all(paste("quantile", part, rule, type, i), q[i, ])
  }
  for (method in c("mean", "logit", "xlogit", "beta", "asin")) {
    share <- svyciprop(~I(api00 > 700), d, method = method)
    emit_all(paste("proportion", part, method), c(coef(share), confint(share)))
  }
}
