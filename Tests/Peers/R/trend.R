# Rscript trend.R levels FILE
#   levels of mathematics and reading in PISA by year and parental education, with survey: schools as clusters within years.
#   Prints name, tab, estimate, tab, standard error.
# Rscript trend.R baseline YEARS VALUES ERRORS TARGET
#   the last year's deviation from the mean and from the extrapolated least-squares line of the years before, all given as comma-separated
#   lists: name, tab, deviation, standard error, 90% interval. The line is lm's; its error follows from the published errors.
a <- commandArgs(TRUE)
digits <- function(x) format(x, digits = 17)
if (a[1] == "levels") {
  suppressMessages(library(survey))
  d <- read.csv(a[2], colClasses = c(school_id = "character"))
  d$cluster <- paste(d$year, d$school_id)
  design <- svydesign(ids = ~cluster, strata = ~year, weights = ~stu_wgt, data = d)
  for (outcome in c("math", "read")) for (year in c(2000, 2003)) for (group in c("", "practical", "theoretical")) {
    rows <- !is.na(d[[outcome]]) & d$year == year & (group == "" | d$ses == group)
    if (!any(rows)) next
    m <- svymean(as.formula(paste("~", outcome)), subset(design, rows))
    cat(paste(outcome, year, group, sep = ":"), digits(as.numeric(m)), digits(as.numeric(SE(m))), sep = "\t")
    cat("\n")
  }
  quit()
}
numbers <- function(text) as.numeric(strsplit(text, ",")[[1]])
year <- numbers(a[2]); value <- numbers(a[3]); error <- numbers(a[4]); n <- length(year)
before <- data.frame(year, value)[-n, ]
# What each year before weighs in the prediction: the derivative of lm's prediction, which is linear in the values.
weight <- sapply(seq_len(n - 1), function(i) {
  unit <- before; unit$value <- as.numeric(seq_len(n - 1) == i)
  predict(lm(value ~ year, unit), data.frame(year = year[n]))
})
for (kind in c("mean", "trend")) {
  w <- if (kind == "mean") rep(1 / (n - 1), n - 1) else weight
  deviation <- value[n] - if (kind == "mean") mean(before$value) else predict(lm(value ~ year, before), data.frame(year = year[n]))
  se <- sqrt(error[n]^2 + sum(w^2 * error[-n]^2))
  cat(kind, digits(as.numeric(deviation)), digits(se), digits(as.numeric(deviation) + qnorm(c(0.05, 0.95)) * se), sep = "\t")
  cat("\n")
}
